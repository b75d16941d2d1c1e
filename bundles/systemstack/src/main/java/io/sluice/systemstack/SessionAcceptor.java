package io.sluice.systemstack;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.sluice.netstack.engine.MappedAddress;
import io.sluice.systemstack.engine.NatSession;
import io.sluice.systemstack.engine.TcpNat;
import io.sluice.wire.Ip4Address;
import io.sluice.wire.Ip6Address;
import io.sluice.wire.IpAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what a listener accepted to the session that it came through. Whoever came another way is reset before an octet is read.
 *
 * <p>When accepting fails (no descriptor left), it pauses, as the listener would be readable again at once and for as long as that lasts.
 */
final class SessionAcceptor extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(SessionAcceptor.class);

    /** Long enough not to spin, short against a client's second SYN (1 s). */
    private static final long PAUSE_MILLIS = 100;

    private final QueueListeners queue;

    SessionAcceptor(QueueListeners queue) {
        this.queue = queue;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof SocketChannel child)) {
            ReferenceCountUtil.release(message);
            return;
        }
        SessionChannel connection = new SessionChannel(child);
        TcpNat nat = queue.nat();
        NatSession session = nat == null || nat.isDetached() ? null : session(nat, child, connection);
        if (session == null) {
            connection.reset();
            return;
        }
        connection.session(session);
        child.config().setOption(ChannelOption.AUTO_READ, false);
        child.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        nat.offer(session);
    }

    private static NatSession session(TcpNat nat, SocketChannel child, SessionChannel connection) {
        InetSocketAddress remote = child.remoteAddress();
        if (remote == null) {
            return null; // reset already
        }
        return switch (IpAddress.of(remote.getAddress())) {
            case Ip4Address v4 -> nat.accepted(false, 0, MappedAddress.low(v4.bits()), remote.getPort(), connection);
            case Ip6Address v6 -> nat.accepted(true, v6.high(), v6.low(), remote.getPort(), connection);
        };
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (context.channel().config().isAutoRead()) {
            context.channel().config().setAutoRead(false);
            context.executor()
                    .schedule(() -> context.channel().config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
            LOG.debug("a connection of the kernel could not be accepted: {}", cause.toString());
        }
    }
}
