package io.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.wire.Checksums;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.Verdict;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SynBatchTest {

    @Test
    void syns_trueToTheLastOctetAndAllDifferent() {
        try (Arena arena = Arena.ofConfined()) {
            SynBatch batch = new SynBatch(arena, 32, 1);
            Set<Long> sources = new HashSet<>();
            for (int round = 0; round < 10; round++) {
                ByteBuffer packets = batch.renew();
                for (int at = 0; at < packets.capacity(); at += SynBatch.LENGTH) {
                    assertThat(Ipv4Header.check(packets, at, SynBatch.LENGTH, Checksums.VERIFY))
                            .isEqualTo(Verdict.OK);
                    int tcp = Ipv4Header.payloadAt(packets, at);
                    int length = Ipv4Header.payloadLength(packets, at);
                    assertThat(TcpHeader.check(
                                    packets, tcp, length, Ipv4Header.addressSum(packets, at), Checksums.VERIFY))
                            .isEqualTo(Verdict.OK);
                    assertThat(TcpHeader.headerLength(packets, tcp)).isEqualTo(length);
                    assertThat(TcpHeader.flags(packets, tcp)).isEqualTo(TcpHeader.SYN);
                    int source = Ipv4Header.source(packets, at);
                    assertThat(source >>> 16).isEqualTo(198 << 8 | 19);
                    assertThat(Ipv4Header.destination(packets, at) >>> 8).isEqualTo(198 << 16 | 18 << 8 | 3);
                    sources.add((long) source << 16 | TcpHeader.sourcePort(packets, tcp));
                }
            }
            // The seed is fixed: two of 320 in four thousand million do not meet.
            assertThat(sources).hasSize(320);
        }
    }
}
