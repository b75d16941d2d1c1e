package io.sluice.outbound.balancer.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An outbound that answers as it is told, or not before it is told. */
final class FakeMember implements Outbound {

    /** What it does with whoever asks. */
    enum Mood {
        OPENS,
        REFUSES,
        REFUSED_BY_DESTINATION,
        UNSUPPORTED,
        THROWS,
        LACKS_A_CLASS,
        SILENT
    }

    final String tag;
    final Set<Capability> capabilities;
    Mood mood = Mood.OPENS;
    final List<OpenRequest> requests = new ArrayList<>();
    final List<Promise<ByteStream>> streams = new ArrayList<>();
    final List<FakeStream> opened = new ArrayList<>();
    final List<FakePort> ports = new ArrayList<>();

    FakeMember(String tag, Capability... capabilities) {
        this.tag = tag;
        this.capabilities = Set.of(capabilities);
    }

    static FakeMember ofBoth(String tag) {
        return new FakeMember(tag, Capability.TCP, Capability.UDP);
    }

    FakeMember in(Mood changed) {
        mood = changed;
        return this;
    }

    int asked() {
        return requests.size();
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public String type() {
        return "fake";
    }

    @Override
    public Set<Capability> capabilities() {
        return capabilities;
    }

    @Override
    public String description() {
        return "fake " + tag;
    }

    @Override
    public Map<String, Long> counters() {
        return Map.of();
    }

    @Override
    public Future<ByteStream> openStream(OpenRequest request) {
        requests.add(request);
        Promise<ByteStream> promise = request.eventLoop().newPromise();
        streams.add(promise);
        if (mood == Mood.OPENS) {
            promise.setSuccess(stream(request.eventLoop()));
        } else {
            fail(promise);
        }
        return promise;
    }

    @Override
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        requests.add(request);
        Promise<DatagramPort> promise = request.eventLoop().newPromise();
        if (mood == Mood.OPENS) {
            ports.add(new FakePort(request.eventLoop()));
            promise.setSuccess(ports.getLast());
        } else {
            fail(promise);
        }
        return promise;
    }

    private void fail(Promise<?> promise) {
        switch (mood) {
            case REFUSES -> promise.setFailure(new ConnectException(CloseReason.CONNECT_REFUSED, tag + " refused"));
            case REFUSED_BY_DESTINATION ->
                promise.setFailure(new ConnectException(CloseReason.CONNECT_REFUSED, "the destination refused")
                        .blaming(Blame.DESTINATION));
            case UNSUPPORTED ->
                promise.setFailure(new ConnectException(CloseReason.OUTBOUND_UNSUPPORTED, tag + " cannot do that"));
            case THROWS -> throw new IllegalStateException("a fault in " + tag);
            case LACKS_A_CLASS -> throw new NoClassDefFoundError(tag);
            default -> {
                // says nothing
            }
        }
    }

    FakeStream stream(EventLoop loop) {
        FakeStream stream = new FakeStream(loop);
        opened.add(stream);
        return stream;
    }

    /** A stream in memory that keeps what was thrown at it. */
    static final class FakeStream implements ByteStream {

        final Channel channel = new LocalChannel();
        final List<Throwable> told = new ArrayList<>();
        boolean reset;

        FakeStream(EventLoop loop) {
            loop.register(channel);
            channel.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                    told.add(cause);
                }
            });
        }

        @Override
        public Channel channel() {
            return channel;
        }

        @Override
        public ChannelFuture shutdownOutput() {
            return channel.newSucceededFuture();
        }

        @Override
        public void reset() {
            reset = true;
            channel.close();
        }
    }

    /** An association that only ends. */
    static final class FakePort implements DatagramPort {

        final Promise<CloseReason> closed;
        private final EventLoop loop;

        FakePort(EventLoop loop) {
            this.loop = loop;
            this.closed = loop.newPromise();
        }

        @Override
        public EventLoop eventLoop() {
            return loop;
        }

        @Override
        public void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
            payload.release();
        }

        @Override
        public void flush() {}

        @Override
        public void receiver(DatagramReceiver taker) {}

        @Override
        public void close(CloseReason reason) {
            closed.trySuccess(reason);
        }

        @Override
        public Future<CloseReason> closed() {
            return closed;
        }
    }
}
