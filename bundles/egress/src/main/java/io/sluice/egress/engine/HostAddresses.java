package io.sluice.egress.engine;

import io.sluice.egress.spi.NetworkView;
import java.net.InetAddress;
import java.util.Set;

/**
 * Which addresses are this host's: the loopback, those of its interfaces, and what routes alone give it.
 *
 * <p>Two questions, each with an error on its safe side. What <em>may</em> be the host's is what a client of another host must not reach: too much of it
 * refuses a destination. What <em>certainly</em> is is what a socket may be left unbound for: too much of it would let the socket leave by an interface that
 * it must not, or into our own tunnel. Immutable.
 */
final class HostAddresses {

    private final Set<InetAddress> interfaces;
    private final AddressRanges possible;
    private final AddressRanges certain;
    private final AddressRanges certainMarked;

    HostAddresses(NetworkView view) {
        this.interfaces = view.local();
        this.possible = new AddressRanges(view.localRoutes());
        this.certain = new AddressRanges(view.certain());
        this.certainMarked = new AddressRanges(view.certainMarked());
    }

    /** Whether it may be one. */
    boolean contains(InetAddress address) {
        return hasInterface(address) || possible.contains(address);
    }

    /** @param marked whether the socket that asks carries our mark */
    boolean certainly(InetAddress address, boolean marked) {
        return address.isLoopbackAddress() || (marked ? certainMarked : certain).contains(address);
    }

    /** Whether an interface has it, the loopback included. */
    boolean hasInterface(InetAddress address) {
        return address.isLoopbackAddress() || interfaces.contains(address);
    }

    /** Whether a route alone may make it this host's: no interface has it, nor can lose it. */
    boolean byRoute(InetAddress address) {
        return possible.contains(address);
    }
}
