package io.sluice.outbound.vless.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.sluice.api.flow.ByteStream;
import java.util.ArrayList;
import java.util.List;

/** A stream without a socket, and what the flow room would see of it. */
final class EmbeddedStream implements ByteStream {

    final EmbeddedChannel channel = new EmbeddedChannel();
    final List<String> seen = new ArrayList<>();

    EmbeddedStream() {
        channel.freezeTime(); // timers run when the test says so
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
    }

    @Override
    public void reset() {
        channel.close();
    }

    /** Notes what reaches the end of the pipeline. */
    void watch() {
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                ByteBuf octets = (ByteBuf) message;
                seen.add(ByteBufUtil.hexDump(octets));
                octets.release();
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                seen.add("FIN");
            }

            @Override
            public void channelInactive(ChannelHandlerContext ctx) {
                seen.add("inactive");
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                seen.add(cause.getMessage());
            }
        });
    }

    void receives(int... octets) {
        ByteBuf in = Unpooled.buffer();
        for (int octet : octets) {
            in.writeByte(octet);
        }
        channel.writeInbound(in);
    }

    /** Everything written since the last call, in hexadecimal. */
    String sent() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            all.append(ByteBufUtil.hexDump(next));
            next.release();
        }
        return all.toString();
    }
}
