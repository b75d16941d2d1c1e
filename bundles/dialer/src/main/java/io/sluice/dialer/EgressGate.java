package io.sluice.dialer;

import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Supplier;

/**
 * Stands before the socket of a name resolver and binds it to the egress before its first packet. The destination is known only then, and
 * a name server on this host must be reached by loopback. One socket serves one kind of destination: after the first packet a query to the
 * other kind fails, so that it cannot leave by a socket that was bound for loopback.
 */
final class EgressGate extends ChannelOutboundHandlerAdapter {

    private final Supplier<EgressBinder> binder;
    private boolean bound;
    private boolean toLoopback;

    EgressGate(Supplier<EgressBinder> binder) {
        this.binder = binder;
    }

    @Override
    public void connect(
            ChannelHandlerContext context, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
        EgressBinder used;
        try {
            used = pass(context, ((InetSocketAddress) remote).getAddress());
        } catch (EgressException | RuntimeException e) {
            promise.setFailure(e);
            return;
        }
        context.connect(remote, local, promise);
        used.own(context.channel());
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (!(message instanceof AddressedEnvelope<?, ?> envelope)
                || !(envelope.recipient() instanceof InetSocketAddress recipient)) {
            context.write(message, promise);
            return;
        }
        if (!bound) {
            try {
                EgressBinder used = pass(context, recipient.getAddress());
                // An explicit port, so that a query which came back through the tunnel is known as ours.
                context.bind(new InetSocketAddress(0)).addListener(done -> used.own(context.channel()));
            } catch (EgressException | RuntimeException e) {
                refuse(message, promise, e);
                return;
            }
        } else if (recipient.getAddress().isLoopbackAddress() != toLoopback) {
            refuse(
                    message,
                    promise,
                    new EgressException("name server " + recipient.getAddress().getHostAddress()
                            + " is not asked: the socket was bound for another kind of destination"));
            return;
        }
        context.write(message, promise);
    }

    private static void refuse(Object message, ChannelPromise promise, Exception cause) {
        ReferenceCountUtil.release(message);
        promise.setFailure(cause);
    }

    private EgressBinder pass(ChannelHandlerContext context, InetAddress destination) throws EgressException {
        EgressBinder current = binder.get();
        if (current == null) {
            throw new EgressException(TcpConnector.NO_BINDER);
        }
        current.bind(context.channel(), destination);
        bound = true;
        toLoopback = destination.isLoopbackAddress();
        return current;
    }
}
