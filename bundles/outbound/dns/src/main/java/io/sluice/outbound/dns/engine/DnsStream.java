package io.sluice.outbound.dns.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.proxyserver.pipe.PipeChannel;
import java.util.function.Function;

/**
 * A client that asks over TCP; at the far end of a pipe whose near end is the flow's. Questions are read as long as the server takes them, answers
 * as long as the client does. After the client's FIN the stream ends with the last answer.
 */
final class DnsStream extends ChannelInboundHandlerAdapter implements Upstream.Asker {

    private final PipeChannel pipe;
    private final DnsRules rules;
    private final DnsCounters counters;
    private final Upstream server;
    private int unanswered;
    private boolean asked;
    private boolean finished;
    private boolean over;

    /** @param server made for this asker, to be opened by its first question */
    DnsStream(PipeChannel pipe, DnsRules rules, DnsCounters counters, Function<Upstream.Asker, Upstream> server) {
        this.pipe = pipe;
        this.rules = rules;
        this.counters = counters;
        this.server = server.apply(this);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf octets = (ByteBuf) message;
        Query query = over ? null : Query.read(octets);
        if (query == null) {
            octets.release();
            if (!over) {
                counters.malformed.increment();
                failed(new ConnectException(
                        CloseReason.OUTBOUND_UNSUPPORTED, "the client sent what is no DNS query over TCP"));
            }
            return;
        }
        switch (rules.fate(query)) {
            case DnsRules.Fate.Forward _ -> {
                counters.forwarded.increment();
                unanswered++;
                asked = true;
                server.ask(octets);
                read();
            }
            case DnsRules.Fate.Drop _ -> {
                counters.dropped.increment();
                octets.release();
            }
            case DnsRules.Fate.Answer(int rcode) -> {
                counters.returned.increment();
                octets.release();
                write(query.answer(pipe.alloc(), rcode));
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (asked) {
            asked = false;
            server.flush();
        }
        pipe.flush();
    }

    private void read() {
        pipe.config().setAutoRead(server.isWritable() && pipe.isWritable());
    }

    private void write(ByteBuf answer) {
        pipe.write(pipe.alloc().buffer(StreamUpstream.PREFIX).writeShort(answer.readableBytes()), pipe.voidPromise());
        pipe.write(answer, pipe.voidPromise());
    }

    @Override
    public void answered(ByteBuf answer) {
        if (over) {
            answer.release();
            return;
        }
        unanswered--;
        write(answer);
        pipe.flush();
        end();
    }

    @Override
    public void writable() {
        if (!over) {
            read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        server.reading(pipe.isWritable());
        read();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            finished = true;
            end();
        }
    }

    private void end() {
        if (finished && unanswered <= 0 && !over) {
            over = true;
            server.close();
            ByteStream.of(pipe).shutdownOutput();
        }
    }

    @Override
    public void failed(ConnectException cause) {
        if (!over) {
            over = true;
            server.close();
            pipe.peer().pipeline().fireExceptionCaught(cause);
            pipe.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over = true;
        server.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        failed(new ConnectException(
                CloseReason.OUTBOUND_UNSUPPORTED, "the client's messages could not be read: " + cause.getMessage()));
    }
}
