package io.sluice.transport.grpc;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.sluice.dialer.http2.CallHandler;
import java.io.IOException;

/** Between octets and the messages of one call; what a half does with headers is its own. A write becomes a message: gRPC takes 4 MiB by default, and a proxy passes one on when it is whole. */
abstract class Calls extends CallHandler {

    private final MessageReader messages = new MessageReader();

    Calls() {
        super("gRPC", "call");
    }

    @Override
    protected final void data(ChannelHandlerContext ctx, ByteBuf content) throws IOException {
        try {
            messages.read(content, ctx::fireChannelRead);
        } catch (MessageReader.Malformed e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    protected final boolean isWhole() {
        return messages.isBetweenMessages();
    }

    @Override
    protected final Http2DataFrame frame(ChannelHandlerContext ctx, ByteBuf payload) {
        int length = payload.readableBytes();
        ByteBuf head = ctx.alloc().buffer(16);
        int varint = length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : 3;
        head.writeByte(0).writeInt(1 + varint + length).writeByte(0x0a);
        for (int rest = length, i = 0; i < varint; i++, rest >>>= 7) {
            head.writeByte(i == varint - 1 ? rest : rest & 0x7f | 0x80);
        }
        // A slice: Netty's queues append to a composite itself, which then copies itself to the heap, also what a
        // socket
        // is about to take from it by its address (EFAULT).
        return new DefaultHttp2DataFrame(Unpooled.wrappedBuffer(head, payload).slice());
    }
}
