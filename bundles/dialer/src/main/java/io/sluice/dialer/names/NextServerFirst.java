package io.sluice.dialer.names;

import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddresses;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The same name servers, the second of them first. Any thread. */
public record NextServerFirst(DnsServerAddressStreamProvider servers) implements DnsServerAddressStreamProvider {

    @Override
    public DnsServerAddressStream nameServerAddressStream(String name) {
        DnsServerAddressStream stream = servers.nameServerAddressStream(name);
        if (stream == null) {
            return null;
        }
        List<InetSocketAddress> order = new ArrayList<>();
        for (int i = stream.size(); i > 0; i--) {
            order.add(stream.next());
        }
        Collections.rotate(order, -1);
        return DnsServerAddresses.sequential(order).stream();
    }
}
