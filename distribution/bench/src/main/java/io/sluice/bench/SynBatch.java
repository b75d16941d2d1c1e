package io.sluice.bench;

import io.sluice.wire.IpProtocol;
import io.sluice.wire.Ipv4Header;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpOptionWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/**
 * SYNs for one sendmmsg(2), each with another forged source and sequence number: addresses of {@link Site#FORGED}, to every address of
 * {@link Site#TARGETS}, nearly all of which nobody has. Used by one thread.
 */
final class SynBatch {

    static final int LENGTH = Ipv4Header.MIN_LENGTH
            + TcpHeader.MIN_LENGTH
            + TcpOptionWriter.MSS_LENGTH
            + TcpOptionWriter.SACK_PERMITTED_LENGTH;

    private static final int FORGED = address(Site.FORGED);
    private static final int TARGETS = address(Site.TARGETS);

    /** One that {@link EchoServer} listens on, so that the one target that lives would answer. */
    private static final int PORT = Ports.ECHO[0];

    /** struct mmsghdr and the fields of it that are set, of every 64-bit Linux: recvmmsg(2), recvmsg(2). */
    private static final int MESSAGE = 64;

    private static final int NAME = 0;
    private static final int NAME_LENGTH = 8;
    private static final int VECTOR = 16;
    private static final int VECTOR_LENGTH = 24;

    /** struct iovec and struct sockaddr_in. */
    private static final int PIECE = 16;

    private static final int SOCKET_ADDRESS = 16;

    private final SplittableRandom random;
    private final ByteBuffer packets;
    private final ByteBuffer names;
    private final MemorySegment messages;
    private final int size;

    /** @param arena of the memory; lives as long as this is used */
    SynBatch(Arena arena, int size, long seed) {
        this.random = new SplittableRandom(seed);
        this.size = size;
        MemorySegment octets = arena.allocate((long) size * LENGTH, 8);
        MemorySegment addresses = arena.allocate((long) size * SOCKET_ADDRESS, 8);
        MemorySegment pieces = arena.allocate((long) size * PIECE, 8);
        this.messages = arena.allocate((long) size * MESSAGE, 8);
        for (int i = 0; i < size; i++) {
            MemorySegment name = addresses.asSlice((long) i * SOCKET_ADDRESS, SOCKET_ADDRESS);
            name.set(ValueLayout.JAVA_SHORT, 0, (short) KernelSockets.AF_INET);
            MemorySegment piece = pieces.asSlice((long) i * PIECE, PIECE);
            piece.set(ValueLayout.ADDRESS, 0, octets.asSlice((long) i * LENGTH, LENGTH));
            piece.set(ValueLayout.JAVA_LONG, 8, LENGTH);
            MemorySegment message = messages.asSlice((long) i * MESSAGE, MESSAGE);
            message.set(ValueLayout.ADDRESS, NAME, name);
            message.set(ValueLayout.JAVA_INT, NAME_LENGTH, SOCKET_ADDRESS);
            message.set(ValueLayout.ADDRESS, VECTOR, piece);
            message.set(ValueLayout.JAVA_LONG, VECTOR_LENGTH, 1);
        }
        this.packets = octets.asByteBuffer();
        this.names = addresses.asByteBuffer();
    }

    /** The network's address of {@code 198.18.3.0/24}. */
    private static int address(String network) {
        int address = 0;
        for (String octet : network.substring(0, network.indexOf('/')).split("\\.")) {
            address = address << 8 | Integer.parseInt(octet);
        }
        return address;
    }

    /** Writes new SYNs and sends them. @return how many the kernel took */
    int send(int fd) {
        renew();
        return KernelSockets.sendMany(fd, messages, size);
    }

    /** @return the packets, one after the other, {@link #LENGTH} octets each */
    ByteBuffer renew() {
        for (int i = 0; i < size; i++) {
            int target = TARGETS | (1 + random.nextInt(254));
            names.putInt(i * SOCKET_ADDRESS + 4, target);
            write(i * LENGTH, FORGED | random.nextInt(1 << 16), target);
        }
        return packets;
    }

    private void write(int at, int source, int target) {
        Ipv4Header.write(
                packets, at, 0, LENGTH, random.nextInt(), Ipv4Header.DONT_FRAGMENT, 64, IpProtocol.TCP, source, target);
        int tcp = at + Ipv4Header.MIN_LENGTH;
        int length = LENGTH - Ipv4Header.MIN_LENGTH;
        TcpHeader.write(
                packets, tcp, 1_024 + random.nextInt(64_512), PORT, random.nextInt(), 0, length, TcpHeader.SYN, 64_240);
        TcpOptionWriter.sackPermitted(packets, TcpOptionWriter.mss(packets, tcp + TcpHeader.MIN_LENGTH, 1_460));
        TcpHeader.putChecksum(packets, tcp, length, Ipv4Header.addressSum(packets, at));
    }
}
