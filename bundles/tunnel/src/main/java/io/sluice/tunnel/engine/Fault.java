package io.sluice.tunnel.engine;

import io.sluice.api.tunnel.TunnelError.ErrorCause;
import java.util.Objects;

/** Why a step failed: what people are told, and the exception behind it if there is one. */
final class Fault extends Exception {

    private static final long serialVersionUID = 1L;

    private final ErrorCause code;
    private final String remedy;

    /** @param sentence what and where, ending with a full stop */
    Fault(ErrorCause code, String sentence, String remedy, Throwable cause) {
        super(sentence, cause);
        this.code = Objects.requireNonNull(code, "code");
        this.remedy = Objects.requireNonNull(remedy, "remedy");
    }

    ErrorCause code() {
        return code;
    }

    String remedy() {
        return remedy;
    }
}
