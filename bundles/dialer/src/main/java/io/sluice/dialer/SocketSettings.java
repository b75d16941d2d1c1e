package io.sluice.dialer;

import io.sluice.api.egress.EgressOptions;
import io.sluice.api.loop.TcpOptions;
import io.sluice.api.transport.LayerSettings;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What is configured of an outbound's sockets.
 *
 * @param preference which addresses of a name, in which order
 * @param firstFamily how many addresses of the preferred family are tried before the first of the other (RFC 8305 §8)
 * @param attemptDelay until the next address is tried beside the last (RFC 8305 §5)
 * @param attempts how many may be under way at once
 * @param fastOpen whether the first octets may travel in the SYN (RFC 7413)
 * @param egress what is wanted of the binding
 * @param tcp what is asked of the kernel
 */
public record SocketSettings(
        AddressPreference preference,
        int firstFamily,
        Duration attemptDelay,
        int attempts,
        boolean fastOpen,
        EgressOptions egress,
        TcpOptions tcp) {

    /** RFC 8305 §5: Connection Attempt Delay, 250 ms recommended. */
    private static final Duration ATTEMPT_DELAY = Duration.ofMillis(250);

    /** RFC 8305 §8: First Address Family Count, 1 recommended. */
    private static final int FIRST_FAMILY = 1;

    /** As Xray's {@code maxConcurrentTry}. */
    private static final int ATTEMPTS = 4;

    public SocketSettings {
        Objects.requireNonNull(preference, "preference");
        Objects.requireNonNull(attemptDelay, "attemptDelay");
        Objects.requireNonNull(egress, "egress");
        Objects.requireNonNull(tcp, "tcp");
    }

    /** The defaults, with these addresses. */
    public static SocketSettings of(AddressPreference preference, EgressOptions egress) {
        return new SocketSettings(preference, FIRST_FAMILY, ATTEMPT_DELAY, ATTEMPTS, false, egress, TcpOptions.NONE);
    }

    /**
     * From the properties {@code sockopt.…}.
     *
     * @param sendThrough local address, empty for none
     * @throws IllegalArgumentException with one sentence, if a value cannot be used
     */
    public static SocketSettings of(LayerSettings sockopt, String sendThrough) {
        AddressPreference preference = AddressPreference.ofDomainStrategy(
                sockopt.string("domainStrategy").orElse(""));
        if (sockopt.has("prioritizeIPv6")) {
            preference = preference.preferring(sockopt.flag("prioritizeIPv6", true));
        }
        int mark = sockopt.integer("mark", 0);
        int delay = sockopt.integer("tryDelayMs", 0);
        int attempts = sockopt.integer("maxConcurrentTry", 0);
        return new SocketSettings(
                preference,
                Math.max(FIRST_FAMILY, sockopt.integer("interleave", FIRST_FAMILY)),
                delay > 0 ? Duration.ofMillis(delay) : ATTEMPT_DELAY,
                attempts > 0 ? attempts : ATTEMPTS,
                sockopt.flag("tcpFastOpen", false),
                new EgressOptions(
                        sockopt.string("interface"),
                        address(sockopt, sendThrough),
                        mark == 0 ? OptionalInt.empty() : OptionalInt.of(mark)),
                // Without a word about it a server is watched: flows to one that is gone would wait for ever.
                sockopt.tcp(TcpOptions.KEEP_ALIVE));
    }

    private static Optional<InetAddress> address(LayerSettings settings, String sendThrough) {
        if (sendThrough.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(sendThrough));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    settings.where() + ": sendThrough \"" + sendThrough + "\" is not an IP address", e);
        }
    }
}
