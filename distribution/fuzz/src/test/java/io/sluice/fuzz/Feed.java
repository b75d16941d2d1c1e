package io.sluice.fuzz;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.api.transport.StreamDialer;
import io.sluice.api.transport.StreamLayer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Gives a layer's half what the far side might send, over a connection in memory, in three pieces; then the far side's FIN, and time until every deadline of a
 * handshake is over. Nothing may be thrown but failures that are told as such; what came through is counted.
 */
public final class Feed implements AutoCloseable {

    private static final InetSocketAddress HERE = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    private static final InetSocketAddress SERVER = InetSocketAddress.createUnresolved("server.example", 443);
    private static final Duration LIMIT = Duration.ofSeconds(8);
    private static final long AFTER_ALL_SECONDS = 60;

    private final EmbeddedChannel channel;
    private final MemoryStream stream;
    private final List<ByteStream> opened = new ArrayList<>();
    private long received;
    private Throwable untold;

    private Feed(EmbeddedChannel channel) {
        this.channel = channel;
        this.stream = new MemoryStream(channel);
    }

    /** A server's half, with a client's connection to it. By its parent Netty's HTTP/2 knows it for a server's. */
    public static Feed server(StreamLayer layer, Map<String, ?> properties) {
        Feed feed =
                new Feed(new EmbeddedChannel(new LocalServerChannel(), DefaultChannelId.newInstance(), true, false));
        StreamAcceptor top = (accepted, _) -> feed.taken(accepted);
        layer.acceptor(top, new LayerSettings("inbound \"fuzz\"", HERE, layer.name(), properties))
                .accept(feed.stream, Arrival.of(HERE, HERE));
        return feed;
    }

    /** A client's half, dialling. */
    public static Feed client(StreamLayer layer, Map<String, ?> properties) {
        Feed feed = of();
        StreamDialer dialer = layer.dialer(
                MemoryStream.dialer(feed.stream),
                new LayerSettings("outbound \"fuzz\"", SERVER, layer.name(), properties));
        feed.opening(dialer.dial(feed.request()));
        return feed;
    }

    /** A connection that something else is put on. */
    public static Feed of() {
        return new Feed(new EmbeddedChannel());
    }

    public MemoryStream stream() {
        return stream;
    }

    public DialRequest request() {
        return DialRequest.of(1, channel.eventLoop(), LIMIT);
    }

    /** What is opened is taken; what fails must fail with a sentence. */
    public void opening(Future<ByteStream> opening) {
        opening.addListener((Future<ByteStream> done) -> {
            if (done.isSuccess()) {
                taken(done.getNow());
            } else if (!(done.cause() instanceof ConnectException)) {
                untold = done.cause();
            }
        });
    }

    private void taken(ByteStream top) {
        opened.add(top);
        top.channel().pipeline().addLast(new Sink());
        top.channel().config().setAutoRead(true);
        top.channel().read();
    }

    /** What this side has written so far, as text. */
    public String written() {
        StringBuilder text = new StringBuilder();
        for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            text.append(((ByteBuf) out).toString(StandardCharsets.ISO_8859_1));
            ReferenceCountUtil.release(out);
        }
        return text.toString();
    }

    public Feed give(byte[] octets, int from, int to) {
        if (to > from && channel.isOpen()) {
            channel.writeInbound(channel.alloc().buffer(to - from).writeBytes(octets, from, to - from));
            channel.runPendingTasks();
        }
        return this;
    }

    public Feed give(byte[] octets) {
        return give(octets, 0, octets.length);
    }

    public Feed give(String octets) {
        return give(octets.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** All of it, cut twice. */
    public Feed giveInPieces(byte[] octets) {
        int first = octets.length == 0 ? 0 : (octets[octets.length / 2] & 0xff) % (octets.length + 1);
        int second = first + (octets.length - first) / 2;
        return give(octets, 0, first).give(octets, first, second).give(octets, second, octets.length);
    }

    /** The far side says no more, and time passes. */
    public Feed end() {
        if (channel.isOpen()) {
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        channel.runPendingTasks();
        channel.advanceTimeBy(AFTER_ALL_SECONDS, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
        return this;
    }

    /** How many streams stood. */
    public int streams() {
        return opened.size();
    }

    /** Octets that came out at the top. */
    public long received() {
        return received;
    }

    @Override
    public void close() {
        opened.forEach(ByteStream::reset);
        channel.runPendingTasks();
        channel.close();
        channel.runPendingTasks();
        for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            ReferenceCountUtil.release(out);
        }
        channel.finishAndReleaseAll();
        channel.checkException();
        if (untold != null) {
            throw new AssertionError("this was not told as a failure", untold);
        }
    }

    /** A relay that only counts. */
    private final class Sink extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            received += ((ByteBuf) message).readableBytes();
            ReferenceCountUtil.release(message);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            ReferenceCountUtil.release(event); // an orderly end, or a GOAWAY, which has octets
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(cause instanceof IOException) && !(cause instanceof ConnectException)) {
                untold = cause; // what is thrown here, Netty would but log
            }
        }
    }
}
