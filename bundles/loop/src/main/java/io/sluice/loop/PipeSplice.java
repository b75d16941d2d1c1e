package io.sluice.loop;

import io.netty.channel.Channel;
import io.netty.channel.epoll.Native;
import io.sluice.api.loop.StreamSplicer;
import java.io.IOException;

/**
 * One direction of a stream that goes through a pipe: {@code splice(2)} from the socket into the pipe, and from the pipe into the other socket.
 *
 * <p>States: pipe empty → the source's input is waited for; input → the pipe is filled and emptied, {@link #ROUNDS} times at most; the sink takes no more
 * → its output is waited for, and the source is not read (so the kernel's window closes: that is the back-pressure); source at its end and pipe empty → the
 * reading is handed back, and the channel reads the FIN itself; source failed → failed, for {@code splice} has taken the error from the socket; sink failed
 * → failed; nothing moved for a second → handed back.
 *
 * <p>{@code splice} tells neither "nothing yet" from "the end" here (Netty's call has 0 for both), but epoll does: the end comes with EPOLLRDHUP.
 */
final class PipeSplice implements StreamSplicer.Splice {

    /** Fillings of the pipe in one go, before other channels have their turn. As many as Netty's reads (16) would be too long with a pipe's size each. */
    static final int ROUNDS = 8;

    /** More than any pipe holds: the pipe is the limit. */
    private static final int FILLING = 1 << 20;

    /** Neighbours in the loop's list; {@link LoopPipes} sets them. */
    PipeSplice next;

    PipeSplice previous;

    private final Channel from;
    private final Channel to;
    private final SteadyHandle source;
    private final SteadyHandle sink;
    private final int input;
    private final int output;
    private final LoopPipes pipes;
    private final Pipe pipe;
    private final StreamSplicer.Listener listener;
    private int queued;
    private boolean last;
    private boolean moved = true;
    private boolean ended;

    PipeSplice(
            Channel from,
            Channel to,
            SteadyHandle source,
            SteadyHandle sink,
            LoopPipes pipes,
            Pipe pipe,
            StreamSplicer.Listener listener) {
        this.from = from;
        this.to = to;
        this.source = source;
        this.sink = sink;
        this.input = source.fd().intValue();
        this.output = sink.fd().intValue();
        this.pipes = pipes;
        this.pipe = pipe;
        this.listener = listener;
    }

    void begin() {
        source.source(this);
        sink.sink(this);
        pipes.add(this);
        source.update();
    }

    boolean wantsInput() {
        return queued == 0;
    }

    boolean wantsOutput() {
        return queued > 0;
    }

    /**
     * Moves what can be moved.
     *
     * @param end the source says that nothing comes behind what it holds
     * @param error for it has an error
     */
    void pump(boolean end, boolean error) {
        last |= end;
        int octets = 0;
        boolean dry = false;
        // A channel that was closed by an earlier event of this turn may have given its descriptor's number to another.
        for (int round = 0; round < ROUNDS && from.isActive() && to.isActive(); round++) {
            if (queued == 0) {
                try {
                    queued = Native.splice(input, -1, pipe.start(), -1, FILLING);
                } catch (IOException e) {
                    count(octets);
                    fail(true, e);
                    return;
                }
                if (queued == 0) {
                    dry = true;
                    break;
                }
                octets += queued;
            }
            try {
                queued -= Native.splice(pipe.end(), -1, output, -1, queued);
            } catch (IOException e) {
                count(octets);
                fail(false, e);
                return;
            }
            if (queued > 0) {
                break;
            }
        }
        count(octets);
        if (ended) {
            return;
        }
        if (dry && last) {
            handBack();
        } else if (error && queued > 0) {
            fail(true, new IOException("the connection failed while what it had sent was still on the way"));
        } else {
            source.update();
            sink.update();
        }
    }

    private void count(int octets) {
        if (octets > 0) {
            moved = true;
            listener.moved(octets);
        }
    }

    /** Ends if nothing has moved since it was looked at last, and nothing is on the way. */
    void look() {
        if (!moved && queued == 0) {
            handBack();
        }
        moved = false;
    }

    private void handBack() {
        end();
        listener.handedBack();
    }

    private void fail(boolean reading, IOException cause) {
        if (!ended) {
            end();
            listener.failed(reading, cause);
        }
    }

    @Override
    public void end() {
        if (ended) {
            return;
        }
        ended = true;
        source.source(null);
        sink.sink(null);
        pipes.remove(this);
        pipes.giveBack(pipe, queued == 0);
        source.update();
        sink.update();
    }
}
