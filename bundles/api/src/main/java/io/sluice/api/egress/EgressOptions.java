package io.sluice.api.egress;

import java.net.InetAddress;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What one outbound wants of its sockets, beside what the binder chooses by itself (Xray's {@code sockopt.interface}, {@code sendThrough} and
 * {@code sockopt.mark}).
 *
 * @param device name of the interface to send by, instead of the default one; if it is not there, dialling fails closed
 * @param source address to send from; must be one of the host's
 * @param mark in place of the appliance's own mark. Such a socket is always bound to an interface, for the routes into the tunnel except
 *     the appliance's own mark only; and a kill switch that is closed lets only that mark pass
 */
public record EgressOptions(Optional<String> device, Optional<InetAddress> source, OptionalInt mark) {

    /** The binder chooses everything. */
    public static final EgressOptions NONE = new EgressOptions(Optional.empty(), Optional.empty(), OptionalInt.empty());

    public EgressOptions {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(mark, "mark");
        if (device.filter(String::isBlank).isPresent()) {
            throw new IllegalArgumentException("an interface name is blank");
        }
        if (mark.isPresent() && mark.getAsInt() == 0) {
            throw new IllegalArgumentException("mark 0 is no mark");
        }
    }
}
