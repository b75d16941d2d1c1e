package io.sluice.dialer;

import java.net.InetAddress;
import java.util.List;

/** What was learned about the addresses of a name. Any thread. */
interface AddressMemory {

    /** Of a name that is not dialled again: knows nothing, keeps nothing. */
    AddressMemory NONE = new AddressMemory() {
        @Override
        public List<InetAddress> order(List<InetAddress> addresses) {
            return addresses;
        }

        @Override
        public void stands(InetAddress address) {
            // nobody asks
        }

        @Override
        public void failed(InetAddress address) {
            // nobody asks
        }
    };

    /** The order in which they are tried, made of the preferred one. */
    List<InetAddress> order(List<InetAddress> addresses);

    /** A connection to this one of several stands. */
    void stands(InetAddress address);

    /** What was said on a connection to this one had no answer. */
    void failed(InetAddress address);
}
