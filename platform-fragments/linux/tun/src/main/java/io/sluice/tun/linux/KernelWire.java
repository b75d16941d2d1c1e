package io.sluice.tun.linux;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import io.sluice.api.tun.TunException;
import io.sluice.netlink.linux.Errno;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A device of the kernel between its descriptors and a {@link PacketSocket} at its interface. One thread. */
final class KernelWire implements TrialWire {

    /** The largest IP packet (RFC 791 §3.1) behind the largest header. */
    private static final int ROOM = 65_535 + VnetHeader.MAX_SIZE;

    /** sizeof(struct pollfd): fd, events, revents. */
    static final int POLLFD = 8;

    static final int POLLFD_EVENTS = 4;
    private static final long NANOS_A_MILLI = 1_000_000;

    private final List<TunDescriptor> descriptors;
    private final PacketSocket socket;
    private final Memory scratch = new Memory(ROOM);

    /**
     * @param descriptors all of the device: a packet comes out of any
     * @param index of its interface, in the network namespace of the calling thread
     */
    KernelWire(List<TunDescriptor> descriptors, int index) throws IOException {
        this.descriptors = descriptors;
        this.socket = PacketSocket.open(index);
    }

    @Override
    public void features(int features) throws IOException {
        try {
            descriptors.getFirst().features(features);
        } catch (TunException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public Optional<String> write(TrialFrame frame) throws IOException {
        TunDescriptor to = descriptors.getFirst();
        int header = to.headerSize();
        scratch.clear(header);
        scratch.write(0, frame.octets(), 0, VnetHeader.SIZE);
        scratch.write(header, frame.octets(), VnetHeader.SIZE, frame.length());
        if (TunCalls.write(to.fd(), scratch, header + frame.length()) >= 0) {
            return Optional.empty();
        }
        int errno = Native.getLastError();
        if (errno == Errno.EINVAL) {
            return Optional.of(Errno.name(errno));
        }
        // Not a word about the packet: the interface is down, memory is short.
        throw new IOException("the device takes no packets: " + Errno.name(errno));
    }

    @Override
    public void transmit(TrialFrame frame) throws IOException {
        socket.send(frame);
    }

    @Override
    public Optional<TrialFrame> received(long nanos) throws IOException {
        Optional<TrialFrame> next = socket.receive(scratch);
        if (next.isEmpty() && nanos > 0 && poll(List.of(socket.fd()), nanos)) {
            next = socket.receive(scratch);
        }
        return next;
    }

    @Override
    public Optional<TrialFrame> sent(long nanos) throws IOException {
        Optional<TrialFrame> next = read();
        if (next.isEmpty()
                && nanos > 0
                && poll(descriptors.stream().map(TunDescriptor::fd).toList(), nanos)) {
            next = read();
        }
        return next;
    }

    private Optional<TrialFrame> read() throws IOException {
        for (TunDescriptor from : descriptors) {
            long length = TunCalls.read(from.fd(), scratch, ROOM);
            if (length >= from.headerSize()) {
                byte[] octets = new byte[VnetHeader.SIZE + (int) length - from.headerSize()];
                scratch.read(0, octets, 0, VnetHeader.SIZE);
                scratch.read(from.headerSize(), octets, VnetHeader.SIZE, octets.length - VnetHeader.SIZE);
                return Optional.of(new TrialFrame(octets));
            }
            int errno = Native.getLastError();
            // EINVAL: a packet that no vnet header describes was dropped (drivers/net/tun.c, tun_put_user).
            if (length < 0 && errno != Errno.EAGAIN && errno != Errno.EINVAL) {
                throw new IOException("the device brings no packets: " + Errno.name(errno));
            }
        }
        return Optional.empty();
    }

    /** Whether something waits there. */
    private static boolean poll(List<Integer> fds, long nanos) {
        try (Memory entries = new Memory((long) POLLFD * fds.size())) {
            entries.clear();
            for (int i = 0; i < fds.size(); i++) {
                entries.setInt((long) POLLFD * i, fds.get(i));
                entries.setShort((long) POLLFD * i + POLLFD_EVENTS, (short) TunConstants.POLLIN);
            }
            return TunCalls.poll(entries, fds.size(), (int) Math.max(1, nanos / NANOS_A_MILLI)) > 0;
        }
    }

    @Override
    public void close() {
        socket.close();
        scratch.close();
    }
}
