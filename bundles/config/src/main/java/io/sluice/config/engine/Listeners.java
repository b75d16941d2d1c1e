package io.sluice.config.engine;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** The ports that are listened on, to find two that want the same. */
final class Listeners {

    private record Listener(InetAddress address, int port, String path, Place at) {

        boolean clashes(InetAddress otherAddress, int otherPort) {
            return port == otherPort
                    && (address.isAnyLocalAddress()
                            || otherAddress.isAnyLocalAddress()
                            || address.equals(otherAddress));
        }
    }

    private final Problems problems;
    private final List<Listener> listeners = new ArrayList<>();

    Listeners(Problems problems) {
        this.problems = problems;
    }

    void add(InetAddress address, Located<Integer> port) {
        listeners.stream()
                .filter(l -> l.clashes(address, port.value()))
                .findFirst()
                .ifPresent(l -> problems.add(
                        ProblemCode.PORT_CLASH,
                        port.at(),
                        port.path(),
                        "Port " + port.value() + " is taken by " + l.path() + " at " + l.at() + ".",
                        "give one of them another port or address"));
        listeners.add(new Listener(address, port.value(), port.path(), port.at()));
    }
}
