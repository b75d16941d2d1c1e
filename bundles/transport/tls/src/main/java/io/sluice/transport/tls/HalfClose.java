package io.sluice.transport.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.Buffer;
import io.netty.internal.tcnative.SSL;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;

/**
 * Behind a native TLS handler: keeps the output open when the far side has ended its own (RFC 8446 §6.1). BoringSSL can do that, but Netty's engine
 * answers a {@code close_notify} with its own at once and is closed then; it does not where it believes that it has done so already. So
 * it is told that, and this handler looks for the {@code close_notify} and tells it as the engine would. On the channel's loop.
 */
final class HalfClose extends ChannelInboundHandlerAdapter {

    /** The engine's flag "has been answered"; there is no other way to it. Null where Netty has changed. */
    private static final VarHandle ANSWERED = answered();

    /** Where an octet would go that never comes. */
    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(1);

    private final SslHandler tls;
    private final ReferenceCountedOpenSslEngine engine;
    private boolean standing;

    HalfClose(SslHandler tls) {
        this.tls = tls;
        this.engine = (ReferenceCountedOpenSslEngine) tls.engine();
        tls.handshakeFuture().addListener(done -> {
            if (done.isSuccess()) {
                standing = true;
                ANSWERED.set(engine, true);
            }
        });
    }

    private static VarHandle answered() {
        try {
            return MethodHandles.privateLookupIn(ReferenceCountedOpenSslEngine.class, MethodHandles.lookup())
                    .findVarHandle(ReferenceCountedOpenSslEngine.class, "receivedShutdown", boolean.class);
        } catch (ReflectiveOperationException | LinkageError _) {
            return null;
        }
    }

    static boolean isToBeHad() {
        return ANSWERED != null;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        long ssl = standing ? engine.sslPointer() : 0;
        if (ssl != 0 && (SSL.getShutdown(ssl) & SSL.SSL_RECEIVED_SHUTDOWN) != 0) {
            standing = false;
            // Not before a lower layer, which may have something to say yet.
            ctx.pipeline().addBefore(ctx.pipeline().context(tls).name(), null, new Ignored());
            ended(ctx, ssl);
        }
        ctx.fireChannelReadComplete();
    }

    /** No more can be read. What a read says now tells an orderly end from a fault, which must never pass for one. */
    private static void ended(ChannelHandlerContext ctx, long ssl) {
        int read = SSL.readFromSSL(ssl, Buffer.address(NOTHING), NOTHING.capacity());
        if (SSL.getError(ssl, read) == SSL.SSL_ERROR_ZERO_RETURN) {
            ctx.fireUserEventTriggered(SslCloseCompletionEvent.SUCCESS);
        } else {
            String fault = SSL.getErrorString(SSL.getLastErrorNumber());
            SSL.clearError();
            ctx.fireExceptionCaught(new SSLException(fault));
        }
    }

    /** What comes behind the end is ignored (RFC 8446 §6.1), and not kept. */
    private static final class Ignored extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof ByteBuf octets) {
                octets.release();
            } else {
                ctx.fireChannelRead(message);
            }
        }
    }
}
