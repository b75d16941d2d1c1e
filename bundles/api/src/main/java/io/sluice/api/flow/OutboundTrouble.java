package io.sluice.api.flow;

import java.time.Instant;
import java.util.Objects;

/**
 * An outbound opens no flows: several in a row have failed on the way to its server, and none has been opened since the first of them began to fail.
 *
 * <p>Learned from flows, and nobody else asks: a server that is dead while no flow is sent there has no trouble, and one that is back has it until a
 * stream is opened, or an association gets an answer. A server that is silent is found out by flows that wait for as long as the connect time-out.
 *
 * @param since when the first of them failed
 * @param reason the newest one's
 * @param detail the sentence of the first that failed for this reason; never a secret
 * @param last when the newest one failed
 * @param failures how many, at least 2
 */
public record OutboundTrouble(Instant since, CloseReason reason, String detail, Instant last, long failures) {

    public OutboundTrouble {
        Objects.requireNonNull(since, "since");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(detail, "detail");
        Objects.requireNonNull(last, "last");
    }
}
