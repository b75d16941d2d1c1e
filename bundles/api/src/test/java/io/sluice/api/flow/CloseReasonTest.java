package io.sluice.api.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CloseReasonTest {

    /** Another configuration takes what carried the flow away: somebody wished that, and nothing is to be looked for. */
    @Test
    void whatSomebodyWished_isNoFault() {
        assertThat(Stream.of(CloseReason.values()).filter(reason -> !reason.fault()))
                .containsExactlyInAnyOrder(
                        CloseReason.FINISHED,
                        CloseReason.CLIENT_ABORTED,
                        CloseReason.IDLE,
                        CloseReason.POLICY_REJECTED,
                        CloseReason.POLICY_DROPPED,
                        CloseReason.OUTBOUND_WITHDRAWN,
                        CloseReason.INBOUND_WITHDRAWN,
                        CloseReason.OPERATOR,
                        CloseReason.SHUTDOWN);
    }
}
