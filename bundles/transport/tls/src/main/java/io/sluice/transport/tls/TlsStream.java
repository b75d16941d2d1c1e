package io.sluice.transport.tls;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.transport.SecuredStream;
import io.sluice.api.transport.Security;
import io.sluice.proxycodec.EarlyBytes;
import java.time.Duration;

/** A stream within TLS: the lower one's channel, with the TLS handler in its pipeline. */
record TlsStream(ByteStream lower, Engines engines, SslHandler tls, Security security) implements SecuredStream {

    /**
     * Puts the handlers in, which begins a client's handshake. Until the first {@code read()} what came behind the handshake waits.
     *
     * @param channel open
     * @param timeout for the handshake; zero for none
     */
    static SslHandler install(Channel channel, Engines engines, Duration timeout) {
        SslHandler tls = engines.install(channel, timeout);
        channel.pipeline().addLast(new TlsEnd(), new EarlyBytes(null, false));
        return tls;
    }

    @Override
    public Channel channel() {
        return lower.channel();
    }

    /** {@code close_notify} behind everything written. TCP's FIN follows with the close: reading goes on by the same connection. */
    @Override
    public ChannelFuture shutdownOutput() {
        ChannelPromise done = channel().newPromise();
        // The engine drops what waits when it is closed, so close_notify waits for an empty write behind it.
        channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
            if (written.isSuccess()) {
                engines.closeOutput(tls, done);
            } else {
                done.setFailure(written.cause());
            }
        });
        return done;
    }

    @Override
    public void reset() {
        lower.reset();
    }
}
