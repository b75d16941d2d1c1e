package io.sluice.dialer.names;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.resolver.dns.DnsServerAddressStream;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NextServerFirstTest {

    @ParameterizedTest
    @CsvSource({"1,1", "1 2,2 1", "1 2 3,2 3 1"})
    void order_beginsWithTheSecond(String servers, String wanted) {
        List<InetSocketAddress> addresses = Arrays.stream(servers.split(" "))
                .map(n -> new InetSocketAddress("192.0.2." + n, 53))
                .toList();
        DnsServerAddressStream stream = new NextServerFirst(new SequentialDnsServerAddressStreamProvider(addresses))
                .nameServerAddressStream("x");
        List<String> order = new ArrayList<>();
        for (int i = stream.size(); i > 0; i--) {
            order.add(stream.next().getAddress().getHostAddress().substring("192.0.2.".length()));
        }
        assertThat(String.join(" ", order)).isEqualTo(wanted);
    }
}
