package io.sluice.outbound.loopback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.Reach;
import org.junit.jupiter.api.Test;

class LoopbackOutboundTest {

    @Test
    void saysWhatItIs() {
        LoopbackOutbound outbound = new LoopbackOutbound("round", "second");

        assertThat(outbound.description()).isEqualTo("back to the rules as second");
        assertThat(outbound.capabilities()).contains(Capability.TCP, Capability.UDP);
        assertThat(outbound.reach()).isEqualTo(Reach.NOWHERE);
    }

    @Test
    void needsAnInboundTag() {
        assertThatThrownBy(() -> new LoopbackOutbound("round", ""))
                .hasMessageContaining("\"round\"")
                .hasMessageContaining("inboundTag");
    }
}
