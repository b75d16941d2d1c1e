package io.sluice.dialer;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Begins with the address that a connection stood to last, so that a silent one is not waited for each time. */
final class LastGood implements AddressMemory {

    private volatile InetAddress last;

    @Override
    public List<InetAddress> order(List<InetAddress> addresses) {
        InetAddress known = last;
        if (known == null || !addresses.contains(known)) {
            return addresses;
        }
        List<InetAddress> order = new ArrayList<>(addresses);
        order.remove(known);
        order.addFirst(known);
        return order;
    }

    @Override
    public void stands(InetAddress address) {
        last = address;
    }
}
