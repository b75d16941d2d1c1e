package io.sluice.tun.linux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A device as a kernel has it, in memory, with a clock that moves while it is waited for. What it does wrong is for the test to say. */
final class PretendedWire implements TrialWire {

    final Deque<TrialFrame> in = new ArrayDeque<>();
    final Deque<TrialFrame> out = new ArrayDeque<>();
    final List<Integer> featuresSet = new ArrayList<>();
    /** What becomes of a packet that is written. */
    UnaryOperator<List<TrialFrame>> intoKernel = UnaryOperator.identity();
    /** What becomes of what a packet that is sent by the interface comes out as. */
    UnaryOperator<List<TrialFrame>> outOfKernel = UnaryOperator.identity();
    /** Super-packets that are refused with EINVAL. */
    Optional<Segmentation> refused = Optional.empty();

    long nanos;
    private int features;

    PretendedWire(int features) {
        this.features = features;
    }

    @Override
    public void features(int wanted) {
        features = wanted;
        featuresSet.add(wanted);
    }

    @Override
    public Optional<String> write(TrialFrame frame) {
        if (refused.isPresent() && offload(frame).segmentation == refused.get()) {
            return Optional.of("EINVAL (invalid argument)");
        }
        in.addAll(intoKernel.apply(List.of(frame)));
        return Optional.empty();
    }

    @Override
    public void transmit(TrialFrame frame) {
        out.addAll(outOfKernel.apply(able(frame) ? List.of(frame) : cut(frame)));
    }

    @Override
    public Optional<TrialFrame> received(long most) {
        return next(in, most);
    }

    @Override
    public Optional<TrialFrame> sent(long most) throws IOException {
        return next(out, most);
    }

    private Optional<TrialFrame> next(Deque<TrialFrame> queue, long most) {
        if (queue.isEmpty()) {
            nanos += most;
        }
        return Optional.ofNullable(queue.poll());
    }

    static PacketOffload offload(TrialFrame frame) {
        PacketOffload offload = new PacketOffload();
        frame.read(offload);
        return offload;
    }

    private boolean able(TrialFrame frame) {
        PacketOffload offload = offload(frame);
        return switch (offload.segmentation) {
            case NONE -> !offload.partialChecksum || (features & TunConstants.TUN_F_CSUM) != 0;
            case TCP -> (features & (frame.ipv6() ? TunConstants.TUN_F_TSO6 : TunConstants.TUN_F_TSO4)) != 0;
            case UDP -> (features & TunConstants.TUN_F_USO4) != 0;
        };
    }

    /** Software segmentation, and checksums. */
    static List<TrialFrame> cut(TrialFrame frame) {
        PacketOffload offload = offload(frame);
        byte[] packet = Arrays.copyOfRange(frame.octets(), VnetHeader.SIZE, frame.octets().length);
        int network = frame.ipv6() ? 40 : 20;
        boolean tcp = packet[frame.ipv6() ? 6 : 9] == 6;
        int headers = network + (tcp ? 20 : 8);
        int size = offload.segmentation == Segmentation.NONE ? packet.length - headers : offload.segmentSize;
        List<TrialFrame> pieces = new ArrayList<>();
        for (int at = headers; at < packet.length; at += size) {
            byte[] piece = Arrays.copyOf(packet, headers + Math.min(size, packet.length - at));
            System.arraycopy(packet, at, piece, headers, piece.length - headers);
            complete(piece, network, tcp, at - headers, offload.segmentation != Segmentation.NONE);
            pieces.add(new TrialFrame(plain(piece)));
        }
        return pieces;
    }

    private static byte[] plain(byte[] packet) {
        ByteBuf octets = Unpooled.buffer().writeZero(VnetHeader.SIZE).writeBytes(packet);
        return Arrays.copyOf(octets.array(), octets.writerIndex());
    }

    private static void complete(byte[] octets, int network, boolean tcp, int offset, boolean segment) {
        ByteBuffer piece = ByteBuffer.wrap(octets);
        int length = octets.length - network;
        int field = network + (tcp ? 16 : 6);
        if (network == 20) {
            piece.putShort(2, (short) octets.length);
            if (segment) {
                piece.putShort(10, (short) 0).putShort(10, (short) ~sum(octets, 0, network, 0));
            }
        } else {
            piece.putShort(4, (short) length);
        }
        if (tcp) {
            piece.putInt(network + 4, piece.getInt(network + 4) + offset);
        } else {
            piece.putShort(network + 4, (short) length);
        }
        int addresses = network == 20 ? 12 : 8;
        int pseudo = sum(octets, addresses, network - addresses, (tcp ? 6 : 17) + length);
        piece.putShort(field, (short) 0).putShort(field, (short) ~sum(octets, network, length, pseudo));
    }

    private static int sum(byte[] octets, int from, int length, int before) {
        int sum = before;
        for (int i = 0; i < length; i++) {
            sum += (octets[from + i] & 0xff) << (i % 2 == 0 ? 8 : 0);
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }

    @Override
    public void close() {}
}
