package io.sluice.netstack.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.net.IpPrefix;
import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ip6Address;
import io.sluice.wire.IpAddress;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.UdpRepr;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Case TC-65: martians; and which addresses are our own. */
class MartianTest {

    @ParameterizedTest
    @CsvSource({
        "0.0.0.0, 192.0.2.1",
        "0.1.2.3, 192.0.2.1",
        "127.0.0.1, 192.0.2.1",
        "240.0.0.1, 192.0.2.1",
        "224.0.0.1, 192.0.2.1",
        "255.255.255.255, 192.0.2.1",
        "10.0.0.2, 0.0.0.0",
        "10.0.0.2, 127.0.0.1",
        "10.0.0.2, 224.0.0.251",
        "10.0.0.2, 239.255.255.250",
        "10.0.0.2, 240.0.0.1",
        "10.0.0.2, 255.255.255.255",
        "::, 2001:db8::1",
        "::1, 2001:db8::1",
        "ff02::1, 2001:db8::1",
        "fd00::2, ::",
        "fd00::2, ::1",
        "fd00::2, ff02::1"
    })
    void TC65_martian_droppedAndCounted(String from, String to) {
        try (Exchange x = new Exchange()) {
            x.send(PacketComposer.udp(Exchange.address(from), Exchange.address(to), new UdpRepr(1, 2), new byte[1]));
            x.expectNothing();
            assertThat(x.sessions).isEmpty();
            Counters counters = x.engine.counters();
            long counted = counters.of(Counter.IP_MARTIAN_SOURCE)
                    + counters.of(Counter.IP_MARTIAN_DESTINATION)
                    + counters.of(Counter.IP_MULTICAST_DESTINATION)
                    + counters.of(io.sluice.wire.Verdict.BAD_ADDRESS);
            assertThat(counted).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "172.19.0.1/30, 172.19.0.2",
        "172.19.0.2/30, 172.19.0.1",
        "10.0.0.0/31, 10.0.0.1",
        "10.0.0.1/31, 10.0.0.0",
        "10.1.0.254/24, 10.1.0.253",
        "fdfe::1/126, fdfe::2",
        "fdfe::/127, fdfe::1",
        "fdfe::1/64, fdfe::2"
    })
    void farEnd_isTheNeighbourInThePrefix(String prefix, String farEnd) {
        LocalAddresses own = new LocalAddresses(List.of(IpPrefix.parse(prefix)));
        IpAddress expected = Exchange.address(farEnd);
        boolean v6 = expected instanceof Ip6Address;
        int index = own.speaker(v6);
        assertThat(index).isZero();
        IpAddress speaker = v6
                ? new Ip6Address(own.speakerHigh(0), own.speakerLow(0))
                : new Ip4Address(MappedAddress.v4(own.speakerLow(0)));
        assertThat(speaker).isEqualTo(expected);
        assertThat(own.contains(own.speakerHigh(0), own.speakerLow(0))).isTrue();
        assertThat(own.speaker(!v6)).isEqualTo(-1);
    }

    @Test
    void singleAddress_hasNoFarEnd() {
        LocalAddresses own = new LocalAddresses(List.of(IpPrefix.parse("10.0.0.1/32")));
        assertThat(own.speaker(false)).isEqualTo(-1);
        assertThat(own.contains(0, MappedAddress.low(0x0a000001))).isTrue();
        assertThat(own.contains(0, MappedAddress.low(0x0a000002))).isFalse();
    }
}
