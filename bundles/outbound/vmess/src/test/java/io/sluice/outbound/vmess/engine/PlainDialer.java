package io.sluice.outbound.vmess.engine;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.StreamDialer;
import io.sluice.loop.NettyEventLoops;
import java.net.InetSocketAddress;

/** TCP to one server, without egress. */
record PlainDialer(NettyEventLoops loops, InetSocketAddress server) implements StreamDialer {

    @Override
    public Future<ByteStream> dial(DialRequest request) {
        Promise<ByteStream> promise = request.eventLoop().newPromise();
        new Bootstrap()
                .group(request.eventLoop())
                .channel(loops.streamChannel())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(server)
                .addListener((ChannelFuture done) -> {
                    if (done.isSuccess()) {
                        promise.setSuccess(ByteStream.of((DuplexChannel) done.channel()));
                    } else {
                        promise.setFailure(done.cause());
                    }
                });
        return promise;
    }

    @Override
    public void close() {}
}
