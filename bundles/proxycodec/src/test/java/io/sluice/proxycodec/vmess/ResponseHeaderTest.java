package io.sluice.proxycodec.vmess;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a client believes of an answer's header. P14 of the security cases. */
class ResponseHeaderTest {

    private final Session session = Session.create(Fixtures.RANDOM);

    private ByteBuf written() {
        ByteBuf out = Unpooled.buffer();
        ResponseHeader.write(session, out);
        return out;
    }

    @Test
    void p14_everyOtherCheckOctet_isForeign() {
        for (int check = 0; check < 256; check++) {
            Session asked = new Session(session.requestKey(), session.requestIv(), check);
            ByteBuf in = written();
            assertThat(ResponseHeader.read(asked, in))
                    .as("octet %d", check)
                    .isEqualTo(check == session.check() ? ResponseHeader.Outcome.GOOD : ResponseHeader.Outcome.FOREIGN);
            assertThat(in.readableBytes()).isEqualTo(check == session.check() ? 0 : ResponseHeader.LENGTH);
        }
    }

    @Test
    void p14_everyTruncation_isIncomplete_andEveryFlippedBitForeign() {
        ByteBuf whole = written();
        for (int length = 0; length < ResponseHeader.LENGTH; length++) {
            assertThat(ResponseHeader.read(session, whole.slice(0, length)))
                    .isEqualTo(ResponseHeader.Outcome.INCOMPLETE);
        }
        for (int bit = 0; bit < ResponseHeader.LENGTH * 8; bit++) {
            ByteBuf altered = whole.copy();
            altered.setByte(bit / 8, altered.getByte(bit / 8) ^ 1 << bit % 8);
            assertThat(ResponseHeader.read(session, altered))
                    .as("bit %d", bit)
                    .isEqualTo(ResponseHeader.Outcome.FOREIGN);
        }
    }

    /** P13: a table is a quarter full at least, and a value is two longs. */
    @Test
    void p13_replayMemory_takesAtMost64OctetsAValue() {
        ReplayMemory memory = new ReplayMemory(Duration.ofMinutes(2), Fixtures.RANDOM);
        long before = memory.octets();
        for (int i = 1; i <= ReplayMemory.MAX_VALUES + 1_000; i++) {
            assertThat(memory.isNew(i, -i, 0)).isEqualTo(i <= ReplayMemory.MAX_VALUES);
            int values = Math.min(i, ReplayMemory.MAX_VALUES);
            if (memory.octets() > Math.max(before, 64L * values)) {
                assertThat(memory.octets()).as("with %d values", values).isLessThanOrEqualTo(64L * values);
            }
        }
        assertThat(memory.octets()).isLessThanOrEqualTo(16L << 20);
    }
}
