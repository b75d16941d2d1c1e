package io.sluice.proxycodec.vmess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.proxycodec.MalformedMessageException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server believes. P14 of the security cases. */
class VmessServerTest {

    private static final byte[] FIRST = "GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private static byte[] request(VmessClient client) {
        var channel = Fixtures.dialled(client, Command.TCP, FIRST);
        byte[] sent = Fixtures.sent(channel);
        Fixtures.end(channel);
        return sent;
    }

    private static VmessServer.Accepted read(VmessServer server, byte[] octets) throws MalformedMessageException {
        ByteBuf in = Unpooled.wrappedBuffer(octets);
        return server.reader().read(in);
    }

    @Test
    void goodRequest_isAccepted() throws Exception {
        VmessServer.Accepted accepted = read(Fixtures.server(Fixtures.NOON), request(Fixtures.client(Fixtures.NOON)));
        assertThat(accepted.id()).isEqualTo(Fixtures.ID);
        assertThat(accepted.command()).isEqualTo(Command.TCP);
        assertThat(accepted.destination()).isEqualTo(Fixtures.NAMED);
    }

    @ParameterizedTest
    @ValueSource(longs = {-120, -119, 0, 119, 120})
    void clockWithinTwoMinutes_isAccepted(long seconds) throws Exception {
        assertThat(read(Fixtures.server(Fixtures.NOON), request(Fixtures.client(Fixtures.NOON.plusSeconds(seconds)))))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(longs = {-100_000, -121, 121, 100_000})
    void clockFurtherApart_isRefused(long seconds) {
        assertThatThrownBy(() -> read(
                        Fixtures.server(Fixtures.NOON), request(Fixtures.client(Fixtures.NOON.plusSeconds(seconds)))))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining(seconds + " s");
    }

    @Test
    void replay_isRefusedAsLongAsItsTimeIsGood() throws Exception {
        byte[] recorded = request(Fixtures.client(Fixtures.NOON.plusSeconds(120)));
        Instant[] now = {Fixtures.NOON};
        VmessServer server = new VmessServer(java.util.List.of(Fixtures.ID), () -> now[0], Fixtures.RANDOM);
        assertThat(read(server, recorded)).isNotNull();
        for (int second = 0; second <= 240; second++) {
            now[0] = Fixtures.NOON.plusSeconds(second);
            assertThatThrownBy(() -> read(server, recorded))
                    .isInstanceOf(MalformedMessageException.class)
                    .hasMessage("it was sent before");
        }
    }

    @Test
    void sameSessionUnderAnotherAuthId_isRefused() throws Exception {
        RequestHeader header = new RequestHeader(
                Session.create(Fixtures.RANDOM),
                Command.TCP,
                Security.AES_128_GCM,
                Option.CHUNKS | Option.MASKING,
                Fixtures.NAMED);
        VmessServer server = Fixtures.server(Fixtures.NOON);
        assertThat(read(server, sealed(header))).isNotNull();
        assertThatThrownBy(() -> read(server, sealed(header)))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("its keys were used before");
    }

    @Test
    void paddingWithoutMasking_isRefused() {
        RequestHeader header = new RequestHeader(
                Session.create(Fixtures.RANDOM),
                Command.TCP,
                Security.AES_128_GCM,
                Option.CHUNKS | Option.PADDING,
                Fixtures.NAMED);
        assertThatThrownBy(() -> read(Fixtures.server(Fixtures.NOON), sealed(header)))
                .isInstanceOf(MalformedMessageException.class);
    }

    private static byte[] sealed(RequestHeader header) {
        ByteBuf out = Unpooled.buffer();
        SealedHeader.write(
                Fixtures.ID, header.encode(Fixtures.RANDOM), Fixtures.NOON.getEpochSecond(), Fixtures.RANDOM, out);
        return Fixtures.octets(out);
    }

    @Test
    void stranger_isRefusedAtHisAuthId() {
        byte[] octets = request(Fixtures.client(Fixtures.STRANGER, Security.AES_128_GCM, false, Fixtures.NOON));
        assertThatThrownBy(() -> read(Fixtures.server(Fixtures.NOON), java.util.Arrays.copyOf(octets, 16)))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("it is no user's");
    }

    @Test
    void everyTruncation_waits() throws Exception {
        byte[] whole = request(Fixtures.client(Fixtures.NOON));
        VmessServer server = Fixtures.server(Fixtures.NOON);
        VmessServer.Reader reader = server.reader();
        int header = -1;
        ByteBuf in = Unpooled.buffer();
        for (int length = 1; length <= whole.length && header < 0; length++) {
            in.writeByte(whole[length - 1]);
            if (reader.read(in) != null) {
                header = length;
                assertThat(in.isReadable()).isFalse();
            }
        }
        assertThat(header).isBetween(42, whole.length - FIRST.length);
        in.release();
    }

    @Test
    void everyFlippedBit_isRefused() throws Exception {
        int header = SealedHeader.PREFIX;
        for (int at = 0; at < header * 8; at++) {
            byte[] octets = request(Fixtures.client(Fixtures.NOON));
            octets[at / 8] ^= (byte) (1 << at % 8);
            assertThatThrownBy(() -> read(Fixtures.server(Fixtures.NOON), octets))
                    .as("bit %d", at)
                    .isInstanceOf(MalformedMessageException.class);
        }
    }

    @Test
    void replayMemory_keepsForOneSpanAndFailsClosed() {
        ReplayMemory memory = new ReplayMemory(Duration.ofSeconds(10), Fixtures.RANDOM);
        assertThat(memory.isNew(0, 0, 0)).isTrue();
        assertThat(memory.isNew(0, 0, 9)).isFalse();
        assertThat(memory.isNew(5, 6, 9)).isTrue();
        assertThat(memory.isNew(5, 6, 19)).isFalse();
        assertThat(memory.isNew(0, 0, 29)).isTrue();
        for (int i = 1; i < ReplayMemory.MAX_VALUES; i++) {
            assertThat(memory.isNew(i, 77, 29)).isTrue();
        }
        assertThat(memory.isNew(-1, -1, 29)).isFalse();
        assertThat(memory.isNew(-1, -1, 60)).isTrue();
    }

    @Test
    void salts_neverRepeat() {
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            Session session = Session.create(Fixtures.RANDOM);
            assertThat(seen.add(java.util.HexFormat.of().formatHex(session.requestKey())))
                    .isTrue();
            assertThat(seen.add(java.util.HexFormat.of().formatHex(session.requestIv())))
                    .isTrue();
        }
    }
}
