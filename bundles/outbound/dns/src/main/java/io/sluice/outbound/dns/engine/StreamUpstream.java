package io.sluice.outbound.dns.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.wire.dns.DnsMessage;
import java.net.InetSocketAddress;
import java.util.function.Supplier;

/** A server that is asked over TCP (RFC 7766): one connection, which the server may end when nothing is unanswered; the next question opens another. */
final class StreamUpstream implements Upstream {

    /** RFC 1035 §4.2.2: two octets of length before each message. */
    static final int PREFIX = 2;

    private final InetSocketAddress server;
    private final Supplier<Future<ByteStream>> opener;
    private final Asker asker;
    private final DnsCounters counters;
    private final WaitingQueries waiting = new WaitingQueries();
    private Future<ByteStream> opening;
    private ByteStream stream;
    private int unanswered;
    private boolean wanted = true;
    private boolean closed;

    StreamUpstream(InetSocketAddress server, Supplier<Future<ByteStream>> opener, Asker asker, DnsCounters counters) {
        this.server = server;
        this.opener = opener;
        this.asker = asker;
        this.counters = counters;
    }

    static LengthFieldBasedFrameDecoder messages() {
        return new LengthFieldBasedFrameDecoder(PREFIX + DnsMessage.MAX_LENGTH, 0, PREFIX, 0, PREFIX);
    }

    @Override
    public void ask(ByteBuf query) {
        if (stream != null) {
            write(query);
        } else if (closed || waiting.isFull()) {
            counters.overflowed.increment();
            query.release();
        } else {
            waiting.add(query);
            if (opening == null) {
                opening = opener.get();
                opening.addListener((Future<ByteStream> done) -> opened(done));
            }
        }
    }

    private void write(ByteBuf query) {
        unanswered++;
        ByteBuf prefix = stream.channel().alloc().buffer(PREFIX).writeShort(query.readableBytes());
        stream.channel().write(prefix, stream.channel().voidPromise());
        stream.channel().write(query, stream.channel().voidPromise());
    }

    private void opened(Future<ByteStream> done) {
        opening = null;
        if (!done.isSuccess()) {
            waiting.release();
            fail(
                    done.cause() instanceof ConnectException known
                            ? known
                            : new ConnectException(
                                    CloseReason.PROXY_FAILED,
                                    "DNS server " + server + " was not reached: "
                                            + done.cause().getMessage(),
                                    done.cause()));
            return;
        }
        if (closed) {
            done.getNow().reset();
            return;
        }
        stream = done.getNow();
        stream.channel().pipeline().addLast(messages(), new Answers());
        stream.channel().config().setAutoRead(wanted);
        waiting.drainTo(this::write);
        stream.channel().flush();
        asker.writable();
    }

    private void fail(ConnectException cause) {
        if (!closed) {
            closed = true;
            asker.failed(cause);
        }
    }

    @Override
    public void flush() {
        if (stream != null) {
            stream.channel().flush();
        }
    }

    @Override
    public boolean isWritable() {
        return stream == null ? !waiting.isFull() : stream.channel().isWritable();
    }

    @Override
    public void reading(boolean now) {
        wanted = now;
        if (stream != null) {
            stream.channel().config().setAutoRead(now);
        }
    }

    @Override
    public void close() {
        closed = true;
        waiting.release();
        if (opening != null) {
            opening.cancel(false);
        }
        if (stream != null) {
            stream.channel().close();
        }
    }

    /** The connection has ended, in whichever way. */
    private void ended(String how, Throwable cause) {
        if (stream == null) {
            return;
        }
        stream.channel().close();
        stream = null;
        if (unanswered > 0) {
            fail(
                    cause instanceof ConnectException known
                            ? known
                            : new ConnectException(
                                    CloseReason.PROXY_FAILED,
                                    "DNS server " + server + " " + how + " with " + unanswered
                                            + " questions unanswered",
                                    cause));
        }
    }

    private final class Answers extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            unanswered = Math.max(0, unanswered - 1);
            counters.answers.increment();
            asker.answered((ByteBuf) message);
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            if (ctx.channel().isWritable()) {
                asker.writable();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ended("ended the connection", null);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            ended("broke the connection off", null);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ended("broke the connection off", cause);
        }
    }
}
