package io.sluice.shadowsocks.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.util.ArrayDeque;

/** Octets that wait to become a chunk, with the promises of those who wrote them. */
final class PendingWrites {

    /** Buffer and promise in turn: a record for each write would be garbage. */
    private final ArrayDeque<Object> waiting = new ArrayDeque<>();

    private int octets;
    /** Of the writes that the chunk in hand ends: the first, and all if there are more. */
    private ChannelPromise ended;

    private ArrayDeque<ChannelPromise> allEnded;

    /** Ownership passes. */
    void add(ByteBuf buffer, ChannelPromise promise) {
        waiting.add(buffer);
        waiting.add(promise);
        octets += buffer.readableBytes();
    }

    int octets() {
        return octets;
    }

    /** Whether nothing waits, not even an empty write. */
    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /**
     * Moves octets from the front to {@code out}, and with them the promises of the writes that end there.
     *
     * @param count at most {@link #octets}
     */
    void moveTo(ByteBuf out, int count) {
        int left = count;
        while (!waiting.isEmpty()) {
            ByteBuf first = (ByteBuf) waiting.peek();
            int some = Math.min(left, first.readableBytes());
            out.writeBytes(first, some);
            left -= some;
            if (first.isReadable()) {
                break;
            }
            waiting.poll();
            first.release();
            end((ChannelPromise) waiting.poll());
        }
        octets -= count;
    }

    private void end(ChannelPromise promise) {
        // One that was cancelled must not take the chunk with it.
        if (promise.isVoid() || !promise.setUncancellable()) {
            return;
        }
        if (ended == null) {
            ended = promise;
            return;
        }
        if (allEnded == null) {
            allEnded = new ArrayDeque<>();
            allEnded.add(ended);
        }
        allEnded.add(promise);
    }

    /** The promise to write with what was moved since the last call. */
    ChannelPromise promise(ChannelHandlerContext ctx) {
        ChannelPromise one = ended;
        ArrayDeque<ChannelPromise> several = allEnded;
        ended = null;
        allEnded = null;
        if (one == null) {
            return ctx.voidPromise();
        }
        if (several == null) {
            return one;
        }
        ChannelPromise common = ctx.newPromise();
        common.addListener(written -> {
            for (ChannelPromise each : several) {
                if (written.isSuccess()) {
                    each.trySuccess();
                } else {
                    each.tryFailure(written.cause());
                }
            }
        });
        return common;
    }

    void fail(Throwable cause) {
        while (!waiting.isEmpty()) {
            ((ByteBuf) waiting.poll()).release();
            ((ChannelPromise) waiting.poll()).tryFailure(cause);
        }
        octets = 0;
    }
}
