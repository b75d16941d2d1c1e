package io.sluice.netlink.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchTest {

    @Test
    void sentTwice_sameRequestsWithNewNumbers() throws Exception {
        Batch batch = Batch.of(
                List.of(new MessageWriter(16, 1).u8(1).u8(2).u16(3), new MessageWriter(18, 1).attribute(1, "sluice0")));
        List<NetlinkMessage> first =
                NetlinkMessage.split(ByteBuffer.wrap(batch.numbered(7).clone()));
        List<NetlinkMessage> again =
                NetlinkMessage.split(ByteBuffer.wrap(batch.numbered(9).clone()));
        assertThat(first).extracting(NetlinkMessage::sequence).containsExactly(7, 8);
        assertThat(again).extracting(NetlinkMessage::sequence).containsExactly(9, 10);
        assertThat(again).extracting(NetlinkMessage::type).containsExactly(16, 18);
        assertThat(again.get(1).content()).isEqualTo(first.get(1).content());
    }
}
