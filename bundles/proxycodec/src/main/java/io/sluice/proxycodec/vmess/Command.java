package io.sluice.proxycodec.vmess;

import java.util.Optional;

/** What a request asks for; {@code common/protocol/headers.go}. */
public enum Command {
    /** A stream. */
    TCP(1),
    /** Datagrams to and from one endpoint, a chunk each. */
    UDP(2),
    /** Frames of Mux.cool; with one session for datagrams that is XUDP. */
    MUX(3);

    private final int code;

    Command(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Optional<Command> of(int code) {
        return switch (code) {
            case 1 -> Optional.of(TCP);
            case 2 -> Optional.of(UDP);
            case 3 -> Optional.of(MUX);
            default -> Optional.empty();
        };
    }
}
