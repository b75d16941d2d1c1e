package io.sluice.loop.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.sluice.api.loop.DatagramIo;
import io.sluice.loop.linux.Sockets.Taker;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real sockets on the loopback interface. */
@Timeout(120)
class LinuxDatagramBackendTest {

    /** SO_NO_CHECK (asm-generic/socket.h): with it, udp(7) refuses UDP_SEGMENT, as a path with a smaller MTU does (EINVAL). */
    private static final IntegerUnixChannelOption NO_CHECKSUM =
            new IntegerUnixChannelOption("SO_NO_CHECK", Layouts.SOL_SOCKET, 11);

    private static byte[] octets(int size) {
        byte[] octets = new byte[size];
        new Random(size).nextBytes(octets);
        return octets;
    }

    private static void send(
            Sockets sockets, DatagramIo io, ByteBuf header, byte[] payload, int segment, InetSocketAddress to)
            throws Exception {
        boolean taken =
                sockets.onLoop(() -> io.send(header, Unpooled.directBuffer().writeBytes(payload), segment, to));
        assertThat(taken).isTrue();
    }

    private static void flush(Sockets sockets, DatagramIo io) throws Exception {
        sockets.onLoop(() -> {
            io.flush();
            return null;
        });
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1, true", "127.0.0.1, false", "::1, true", "::1, false"})
    void datagrams_ofEverySize_arriveWhole(String address, boolean connected) throws Exception {
        try (Sockets sockets = new Sockets()) {
            Taker taker = new Taker();
            DatagramChannel far = sockets.channel(address, null);
            sockets.open(far, taker);
            DatagramChannel near = sockets.channel(address, connected ? far.localAddress() : null);
            DatagramIo io = sockets.open(near, new Taker());
            int[] sizes = {0, 1, 1_200, 1_472, 0, 1_473, 9_000, 65_507, 1};
            for (int size : sizes) {
                send(sockets, io, null, octets(size), 0, connected ? null : far.localAddress());
            }
            flush(sockets, io);
            Sockets.await(() -> taker.received.size() == sizes.length, taker.received);
            for (int i = 0; i < sizes.length; i++) {
                assertThat(taker.received.get(i)).isEqualTo(octets(sizes[i]));
                assertThat(taker.senders.get(i)).isEqualTo(near.localAddress());
            }
        }
    }

    @Test
    void mappedAddresses_dualStackSocket_reachBothFamilies() throws Exception {
        try (Sockets sockets = new Sockets()) {
            Taker four = new Taker();
            Taker six = new Taker();
            Taker back = new Taker();
            DatagramChannel far4 = sockets.channel("127.0.0.1", null);
            DatagramChannel far6 = sockets.channel("::1", null);
            DatagramIo answers = sockets.open(far4, four);
            sockets.open(far6, six);
            DatagramChannel dual = sockets.channel("::", null);
            DatagramIo io = sockets.open(dual, back);
            send(sockets, io, null, octets(4), 0, far4.localAddress());
            send(sockets, io, null, octets(6), 0, far6.localAddress());
            flush(sockets, io);
            Sockets.await(() -> four.received.size() == 1 && six.received.size() == 1, four.received);
            assertThat(four.received.getFirst()).hasSize(4);
            assertThat(six.received.getFirst()).hasSize(6);
            send(sockets, answers, null, octets(5), 0, four.senders.getFirst());
            flush(sockets, answers);
            Sockets.await(() -> back.received.size() == 1, back.received);
            assertThat(back.senders.getFirst()).isEqualTo(far4.localAddress());
        }
    }

    @ParameterizedTest(name = "refused={0}")
    @ValueSource(booleans = {false, true})
    void segmentsAndSinglesWithHeaders_arriveInOrderEachWithItsHeader(boolean refused) throws Exception {
        try (Sockets sockets = new Sockets()) {
            Taker taker = new Taker();
            DatagramChannel far = sockets.channel("127.0.0.1", null);
            sockets.open(far, taker);
            DatagramChannel near = sockets.channel("127.0.0.1", far.localAddress());
            if (refused) {
                near.config().setOption(NO_CHECKSUM, 1);
            }
            DatagramIo io = sockets.open(near, new Taker());
            ByteBuf header = Unpooled.directBuffer().writeBytes("header....".getBytes());
            List<byte[]> expected = new ArrayList<>();
            byte[] all = octets(39 * 1_000 + 17);
            send(sockets, io, header, all, 1_000, null);
            for (int at = 0; at < all.length; at += 1_000) {
                expected.add(java.util.Arrays.copyOfRange(all, at, Math.min(at + 1_000, all.length)));
            }
            for (int i = 0; i < 150; i++) {
                byte[] single = octets(i % 7 == 0 ? 0 : i % 5 == 0 ? 500 : 300);
                send(sockets, io, header, single, 0, null);
                expected.add(single);
                if (i % 60 == 59) {
                    flush(sockets, io);
                }
            }
            flush(sockets, io);
            Sockets.await(() -> taker.received.size() == expected.size(), taker.received);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(taker.received.get(i))
                        .isEqualTo(ByteBufUtil.getBytes(
                                Unpooled.wrappedBuffer(header.duplicate(), Unpooled.wrappedBuffer(expected.get(i)))));
            }
            assertThat(header.refCnt()).as("given back").isEqualTo(1);
            header.release();
        }
    }

    @Test
    void joinedByTheKernel_aSuperDatagram_keepsItsSegmentSize() throws Exception {
        try (Sockets sockets = new Sockets()) {
            Taker taker = new Taker();
            DatagramChannel far = sockets.channel("127.0.0.1", null);
            sockets.open(far, taker);
            DatagramIo io = sockets.open(sockets.channel("127.0.0.1", far.localAddress()), new Taker());
            send(sockets, io, null, octets(20 * 1_200), 1_200, null);
            flush(sockets, io);
            Sockets.await(() -> taker.received.size() == 20, taker.received);
            // The loopback interface carries a segmented message whole, and UDP_GRO lets it arrive so.
            assertThat(taker.joined).isEqualTo(1);
        }
    }

    @Test
    void buffers_thatAreKept_areNotWrittenOver() throws Exception {
        try (Sockets sockets = new Sockets()) {
            Taker taker = new Taker();
            taker.keeps = true;
            DatagramChannel far = sockets.channel("127.0.0.1", null);
            sockets.open(far, taker);
            DatagramIo io = sockets.open(sockets.channel("127.0.0.1", far.localAddress()), new Taker());
            for (int round = 1; round <= 3; round++) {
                for (int i = 1; i <= 60; i++) {
                    send(sockets, io, null, octets(round * 100 + i), 0, null);
                }
                flush(sockets, io);
                int expected = round * 60;
                Sockets.await(() -> taker.received.size() == expected, taker.received);
            }
            for (int i = 0; i < taker.kept.size(); i++) {
                assertThat(ByteBufUtil.getBytes(taker.kept.get(i))).isEqualTo(taker.received.get(i));
                taker.kept.get(i).release();
            }
        }
    }

    @Test
    void portUnreachable_onAConnectedSocket_isTold_andTheSocketLivesOn() throws Exception {
        try (Sockets sockets = new Sockets()) {
            DatagramChannel gone = sockets.channel("127.0.0.1", null);
            InetSocketAddress address = gone.localAddress();
            gone.close().sync();
            Taker taker = new Taker();
            DatagramChannel near = sockets.channel("127.0.0.1", address);
            DatagramIo io = sockets.open(near, taker);
            send(sockets, io, null, octets(9), 0, null);
            flush(sockets, io);
            Sockets.await(() -> !taker.failures.isEmpty(), taker.failures);
            assertThat(taker.failures.getFirst()).isInstanceOf(PortUnreachableException.class);
            Taker back = new Taker();
            DatagramChannel again = sockets.channel(address, null);
            sockets.open(again, back);
            send(sockets, io, null, octets(10), 0, null);
            flush(sockets, io);
            Sockets.await(() -> back.received.size() == 1, taker.failures);
        }
    }

    @Test
    void tooLarge_isLostAlone_theOthersGo() throws Exception {
        try (Sockets sockets = new Sockets()) {
            Taker taker = new Taker();
            Taker sender = new Taker();
            DatagramChannel far = sockets.channel("127.0.0.1", null);
            sockets.open(far, taker);
            DatagramIo io = sockets.open(sockets.channel("127.0.0.1", far.localAddress()), sender);
            send(sockets, io, null, octets(5), 0, null);
            send(sockets, io, null, octets(65_508), 0, null);
            send(sockets, io, null, octets(6), 0, null);
            flush(sockets, io);
            Sockets.await(() -> taker.received.size() == 2, taker.received);
            assertThat(sender.lost).isEqualTo(1);
        }
    }

    @Test
    void close_withSomethingPending_releasesIt() throws Exception {
        try (Sockets sockets = new Sockets()) {
            DatagramChannel far = sockets.channel("127.0.0.1", null);
            DatagramChannel near = sockets.channel("127.0.0.1", far.localAddress());
            DatagramIo io = sockets.open(near, new Taker());
            ByteBuf header = Unpooled.directBuffer().writeLong(1);
            ByteBuf payload = Unpooled.directBuffer().writeLong(2);
            sockets.onLoop(() -> {
                io.send(header, payload, 0, null);
                io.close();
                io.close();
                return null;
            });
            assertThat(payload.refCnt()).isZero();
            assertThat(header.refCnt()).isEqualTo(1);
            assertThat(near.closeFuture().await(30_000)).isTrue();
            ByteBuf late = Unpooled.directBuffer().writeLong(3);
            assertThat(sockets.onLoop(() -> io.send(null, late, 0, null))).isFalse();
            assertThat(late.refCnt()).isZero();
            header.release();
        }
    }

    @Test
    void literal_addresses_surviveTheTableTheyCollideIn() throws Exception {
        Addresses addresses = new Addresses();
        java.lang.foreign.MemorySegment memory =
                java.lang.foreign.Arena.ofAuto().allocate(Layouts.ADDRESS, 8);
        for (int i = 0; i < 3_000; i++) {
            String literal = i % 3 == 0
                    ? "192.0.2." + i % 256
                    : i % 3 == 1 ? "2001:db8::" + Integer.toHexString(i) : "fe80::1%1";
            InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(literal), i);
            assertThat(addresses.write(address, true, memory, 0)).isEqualTo(Layouts.ADDRESS6_LENGTH);
            assertThat(addresses.read(memory, 0)).isEqualTo(address);
            if (i % 3 == 0) {
                assertThat(addresses.write(address, false, memory, 0)).isEqualTo(Layouts.ADDRESS4_LENGTH);
                assertThat(addresses.read(memory, 0)).isEqualTo(address);
            } else {
                assertThat(addresses.write(address, false, memory, 0))
                        .as("no way")
                        .isZero();
            }
        }
    }
}
