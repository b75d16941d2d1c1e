package io.sluice.proxyserver;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a listener from spinning when the kernel will not give a descriptor (EMFILE, ENFILE, ENOBUFS): the connection stays in the backlog, so
 * the listening socket stays ready. Accepting pauses, twice as long each time in a row, and goes on; what waits in the backlog is served then.
 *
 * <p>Comes before Netty's own acceptor, which would pause for a second each time.
 */
public final class AcceptGuard extends ChannelInboundHandlerAdapter {

    /** Ours: short enough not to be noticed, long enough to cost nothing. */
    static final Duration FIRST_PAUSE = Duration.ofMillis(50);

    /** Ours: a client waits for a connection that long without giving up. */
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(AcceptGuard.class);

    private final String tag;
    private final LongAdder pauses;
    private Duration next = FIRST_PAUSE;
    private boolean paused;

    /** @param pauses counts them */
    public AcceptGuard(String tag, LongAdder pauses) {
        this.tag = tag;
        this.pauses = pauses;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
        if (next != FIRST_PAUSE) {
            LOG.info("inbound \"{}\" accepts connections again", tag);
            next = FIRST_PAUSE;
        }
        ctx.fireChannelRead(accepted);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (paused) {
            return;
        }
        if (next == FIRST_PAUSE) {
            LOG.warn(
                    "inbound \"{}\" cannot accept connections: {}; it tries again, at least once a second",
                    tag,
                    cause.getMessage());
        }
        pauses.increment();
        paused = true;
        ctx.channel().config().setAutoRead(false);
        ctx.executor().schedule(() -> resume(ctx), next.toMillis(), TimeUnit.MILLISECONDS);
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
    }

    private void resume(ChannelHandlerContext ctx) {
        paused = false;
        ctx.channel().config().setAutoRead(true);
    }
}
