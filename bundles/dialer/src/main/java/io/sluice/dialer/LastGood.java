package io.sluice.dialer;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * Begins with the address that a connection stood to last, so that a silent one is not waited for each time. One that takes connections and says nothing comes
 * behind the others, or nobody would ever ask those.
 */
final class LastGood implements AddressMemory {

    private record Known(InetAddress address, boolean isGood) {}

    private volatile Known last;

    @Override
    public List<InetAddress> order(List<InetAddress> addresses) {
        Known known = last;
        if (known == null || !addresses.contains(known.address)) {
            return addresses;
        }
        List<InetAddress> order = new ArrayList<>(addresses);
        order.remove(known.address);
        if (known.isGood) {
            order.addFirst(known.address);
        } else {
            order.addLast(known.address);
        }
        return order;
    }

    @Override
    public void stands(InetAddress address) {
        last = new Known(address, true);
    }

    @Override
    public void failed(InetAddress address) {
        Known known = last;
        if (known != null && known.address.equals(address)) {
            last = new Known(address, false);
        }
    }
}
