package io.sluice.netlink.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Requests of one datagram, ready to be sent as often as wanted. By one thread at a time. */
public final class Batch {

    private final ByteBuffer octets;
    private final int[] starts;

    private Batch(ByteBuffer octets, int[] starts) {
        this.octets = octets;
        this.starts = starts;
    }

    public static Batch of(List<MessageWriter> requests) {
        List<ByteBuffer> messages = new ArrayList<>();
        int size = 0;
        for (MessageWriter request : requests) {
            ByteBuffer message = request.finish(0);
            messages.add(message);
            size += message.remaining();
        }
        ByteBuffer all = ByteBuffer.allocate(size).order(ByteOrder.nativeOrder());
        int[] starts = new int[messages.size()];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = all.position();
            all.put(messages.get(i));
        }
        return new Batch(all, starts);
    }

    int messages() {
        return starts.length;
    }

    /** The datagram, its messages numbered from there; valid until the next call. */
    byte[] numbered(int first) {
        for (int i = 0; i < starts.length; i++) {
            octets.putInt(starts[i] + MessageWriter.SEQUENCE, first + i);
        }
        return octets.array();
    }
}
