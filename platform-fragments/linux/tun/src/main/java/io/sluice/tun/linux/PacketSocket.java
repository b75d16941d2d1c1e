package io.sluice.tun.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import io.sluice.netlink.linux.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * A packet socket (packet(7)) at one interface, with a vnet header before each packet. It hears of a packet before the host's packet filter
 * and routes do, and sends behind them, so that only what stands at the interface's exit (nftables' egress hook, tc) can still drop a packet. Our own kill switch
 * stands there in lockdown and lets {@link #PASSED} pass: by this socket nothing gets anywhere but into the device, for it sends by no other interface. Needs
 * CAP_NET_RAW. One thread.
 */
final class PacketSocket implements AutoCloseable {

    /** The bit of the mark by which the kill switch's guard knows what may leave ({@code FilterPlan.PASSED}). */
    private static final int PASSED = 0x4000_0000;

    /** sizeof(struct sockaddr_ll). */
    private static final int ADDRESS = 20;

    private static final int FAMILY = 0;
    private static final int PROTOCOL = 2;
    private static final int INDEX = 4;

    private final int fd;
    private final int index;

    private PacketSocket(int fd, int index) {
        this.fd = fd;
        this.index = index;
    }

    /** @param index of the interface, in the network namespace of the calling thread */
    static PacketSocket open(int index) throws IOException {
        int fd = TunCalls.socket(
                TunConstants.AF_PACKET,
                TunConstants.SOCK_RAW | TunConstants.SOCK_NONBLOCK | TunConstants.SOCK_CLOEXEC,
                0);
        check(fd, "a packet socket cannot be had");
        PacketSocket socket = new PacketSocket(fd, index);
        try (Memory one = new Memory(Integer.BYTES)) {
            one.setInt(0, 1);
            check(
                    TunCalls.setsockopt(fd, TunConstants.SOL_PACKET, TunConstants.PACKET_VNET_HDR, one, Integer.BYTES),
                    "a packet socket has no vnet header");
            // An older kernel also shows what others send by the interface; that is not ours and is passed over.
            TunCalls.setsockopt(fd, TunConstants.SOL_PACKET, TunConstants.PACKET_IGNORE_OUTGOING, one, Integer.BYTES);
            // Refused without CAP_NET_ADMIN before Linux 5.17; only a guard at the interface would miss it.
            one.setInt(0, PASSED);
            TunCalls.setsockopt(fd, TunConstants.SOL_SOCKET, TunConstants.SO_MARK, one, Integer.BYTES);
            try (Memory address = socket.address(TunConstants.ETH_P_ALL)) {
                check(TunCalls.bind(fd, address, ADDRESS), "a packet socket cannot be bound");
            }
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    int fd() {
        return fd;
    }

    private Memory address(int protocol) {
        Memory address = new Memory(ADDRESS);
        address.clear();
        address.setShort(FAMILY, (short) TunConstants.AF_PACKET);
        ByteBuffer number = address.getByteBuffer(PROTOCOL, Short.BYTES).order(ByteOrder.BIG_ENDIAN);
        number.putShort((short) protocol);
        address.setInt(INDEX, index);
        return address;
    }

    void send(TrialFrame frame) throws IOException {
        int length = frame.octets().length;
        try (Memory octets = new Memory(length);
                Memory address = address(frame.ipv6() ? TunConstants.ETH_P_IPV6 : TunConstants.ETH_P_IP)) {
            octets.write(0, frame.octets(), 0, length);
            check(
                    TunCalls.sendto(fd, octets, length, 0, address, ADDRESS),
                    "what is sent for the trial is dropped at the interface, by a filter or a queue there");
        }
    }

    /** The next packet, if one waits. */
    Optional<TrialFrame> receive(Memory scratch) throws IOException {
        long length = TunCalls.read(fd, scratch, scratch.size());
        if (length < 0 && Native.getLastError() == Errno.EAGAIN) {
            return Optional.empty();
        }
        check(length, "a packet socket does not receive");
        return Optional.of(new TrialFrame(scratch.getByteArray(0, (int) length)));
    }

    private static void check(long result, String what) throws IOException {
        if (result < 0) {
            throw new IOException(what + ": " + Errno.name(Native.getLastError()));
        }
    }

    /** The kernel waits here until no processor looks at the socket any more: some 10 ms. */
    @Override
    public void close() {
        TunCalls.close(fd);
    }
}
