package io.sluice.fuzz;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.SecuredStream;
import io.sluice.api.transport.Security;
import io.sluice.api.transport.StreamDialer;

/** A connection in memory; with {@code security} it says that it was secured so. */
public record MemoryStream(EmbeddedChannel embedded) implements ByteStream {

    /** Gives it to who dials first, and refuses everybody else. */
    public static StreamDialer dialer(ByteStream stream) {
        return new StreamDialer() {
            private boolean given;

            @Override
            public Future<ByteStream> dial(DialRequest request) {
                if (given) {
                    return request.eventLoop()
                            .newFailedFuture(
                                    new ConnectException(CloseReason.CONNECT_REFUSED, "refused: once is enough"));
                }
                given = true;
                return request.eventLoop().newSucceededFuture(stream);
            }

            @Override
            public void close() {}
        };
    }

    /** The same, secured. */
    public SecuredStream secured(Security agreed) {
        return new Secured(this, agreed);
    }

    private record Secured(MemoryStream plain, Security security) implements SecuredStream {

        @Override
        public Channel channel() {
            return plain.channel();
        }

        @Override
        public ChannelFuture shutdownOutput() {
            return plain.shutdownOutput();
        }

        @Override
        public void reset() {
            plain.reset();
        }
    }

    @Override
    public Channel channel() {
        return embedded;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return embedded.newSucceededFuture();
    }

    @Override
    public void reset() {
        embedded.close();
    }
}
