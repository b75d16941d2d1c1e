package io.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CarriedTest {

    private final Map<Line, Long> sent = new EnumMap<>(Line.class);
    private final Map<Line, Long> come = new EnumMap<>(Line.class);

    @Test
    void moments_ofOneLineThatIsGone_areSeen() {
        Carried carried = new Carried(line -> sent.getOrDefault(line, 0L), line -> come.getOrDefault(line, 0L));
        for (Line line : Line.values()) {
            sent.put(line, 7L); // before it counts
        }
        carried.begin();
        for (Line line : Line.values()) {
            sent.merge(line, 200L, Long::sum);
            come.merge(line, line == Line.BOX6 ? 0L : 200L, Long::sum);
        }
        carried.end();
        come.merge(Line.BOX6, 50L, Long::sum);

        assertThat(carried.share()).isEqualTo(0.75);
        assertThat(carried.areEnough()).isTrue();
        assertThat(carried.view())
                .containsEntry("client IPv4", "200 of 200")
                .containsEntry("box IPv6", "0 of 200")
                .hasSize(4);
    }

    @Test
    void datagramThatIsNotAsItWasSent_isNobodys() {
        for (Line line : Line.values()) {
            byte[] payload = NumberedDatagram.octets(line, 4_711);
            assertThat(NumberedDatagram.line(payload, payload.length)).hasValue(line);
            assertThat(NumberedDatagram.line(payload, payload.length - 1)).isEmpty();
            for (int at = 0; at < payload.length; at++) {
                byte[] other = payload.clone();
                other[at] ^= 1;
                assertThat(NumberedDatagram.line(other, other.length))
                        .as("%d", at)
                        .isEmpty();
            }
        }
        assertThat(NumberedDatagram.isMeant(NumberedDatagram.octets(Line.BOX4, 1), 15))
                .isFalse();
        assertThat(NumberedDatagram.isMeant(Packets.mark(13), Packets.MARK_LENGTH))
                .isFalse();
        assertThat(Line.of(true, false)).isEqualTo(Line.BOX4);
        assertThat(Line.CLIENT6.isIpv6()).isTrue();
    }
}
