package io.sluice.matrix;

import io.sluice.matrix.Carrier.Protocol;
import io.sluice.matrix.Peer.Ends;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** What can be wrong with a server: what a person does to have it, and what he must read of it, when. */
enum Fault {
    WRONG_PASSWORD("password|the id"),
    EXPIRED_CERTIFICATE("showed a certificate that expired on [0-9]{4}-"),
    WRONG_NAME("showed a certificate for server\\.example, not for other\\.example"),
    CLOSED_PORT("refused"),
    NO_SUCH_NAME("could not be resolved: there is no such name"),
    SILENT_NAME_SERVER("could not be resolved: no name server answered"),
    BLACK_HOLE("no answer|not answered in time");

    /** TEST-NET-1, RFC 5737: the server's namespace drops what goes there. */
    static final String NOWHERE = "192.0.2.99";

    /** The discard protocol's, RFC 863: nobody listens. */
    private static final int NOBODY = 9;

    /** The flow room's connect time-out, {@code connectTimeoutMs}, where the configuration says nothing. */
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** A server that must not tell strangers from slow clients keeps them so long: Xray's {@code handshake}, and ours. */
    private static final Duration HANDSHAKE = Duration.ofSeconds(60);

    private static final Set<Protocol> WITH_REFUSAL = EnumSet.of(Protocol.SOCKS, Protocol.HTTP);

    private final Pattern sentence;

    Fault(String sentence) {
        this.sentence = Pattern.compile(sentence);
    }

    /** Whether only a client that looks at certificates has it. */
    boolean isOfTls() {
        return this == EXPIRED_CERTIFICATE || this == WRONG_NAME;
    }

    /** Part of the sentence that says it. */
    Pattern sentence() {
        return sentence;
    }

    /** Reasons that say it, and no other. Who knows its users by keys has no refusal: it falls silent or hangs up. */
    Set<String> reasons(Carrier carrier) {
        return switch (this) {
            case WRONG_PASSWORD ->
                WITH_REFUSAL.contains(carrier.protocol())
                        ? Set.of("PROXY_AUTH_FAILED")
                        : Set.of("PROXY_AUTH_FAILED", "PROXY_FAILED", "REMOTE_ABORTED");
            case EXPIRED_CERTIFICATE, WRONG_NAME -> Set.of("TLS_FAILED");
            case CLOSED_PORT -> Set.of("CONNECT_REFUSED");
            case NO_SUCH_NAME, SILENT_NAME_SERVER -> Set.of("RESOLVE_FAILED");
            case BLACK_HOLE -> Set.of("CONNECT_TIMEOUT");
        };
    }

    /** When it must have ended by itself. */
    Duration limit(Carrier carrier) {
        return this == WRONG_PASSWORD && !WITH_REFUSAL.contains(carrier.protocol()) ? CONNECT.plus(HANDSHAKE) : CONNECT;
    }

    /** An outbound that has it. {@code old} is a server like {@code good} with an expired certificate. */
    Map<String, Object> outbound(Carrier carrier, Ends good, Ends old, String tag) {
        Ends ends = switch (this) {
            case WRONG_PASSWORD -> copy(good, good.credentials().wrong(), good.serverName(), good.serverPort());
            case EXPIRED_CERTIFICATE -> old;
            case WRONG_NAME -> copy(good, good.credentials(), "other.example", good.serverPort());
            case CLOSED_PORT -> copy(good, good.credentials(), good.serverName(), NOBODY);
            case NO_SUCH_NAME, SILENT_NAME_SERVER, BLACK_HOLE -> good;
        };
        Map<String, Object> outbound = new XrayShape(XrayShape.Dialect.FLAT).clientOutbound(carrier, ends, tag);
        @SuppressWarnings("unchecked")
        Map<String, Object> settings = (Map<String, Object>) outbound.get("settings");
        switch (this) {
            case NO_SUCH_NAME -> settings.put("address", EmptyNameServer.UNKNOWN);
            case SILENT_NAME_SERVER -> settings.put("address", EmptyNameServer.SILENT);
            case BLACK_HOLE -> settings.put("address", NOWHERE);
            default -> {}
        }
        return outbound;
    }

    private static Ends copy(Ends of, Credentials credentials, String name, int port) {
        return new Ends(of.site(), credentials, of.certificates(), name, port, 0);
    }
}
