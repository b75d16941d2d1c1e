package io.sluice.flow.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalServerChannel;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.Capability;
import io.sluice.api.policy.Decision;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long a relayed stream may be silent: case TC-70, on a virtual clock. */
class StreamIdleTest {

    /** RFC 5382 REQ-5: the time "MUST NOT be less than 2 hours 4 minutes". */
    private static final int LEAST_SECONDS = 2 * 3_600 + 4 * 60;

    private final VirtualLoop virtual = new VirtualLoop();
    private final EventLoop loop = virtual.loop;
    private final FakeSelector selector = new FakeSelector();
    private final FakeOutbound out = new FakeOutbound("out", Capability.TCP);
    private final FlowEngine engine = new FlowEngine(FlowSettings.DEFAULTS, InstantSource.system());
    private final Pair client = new Pair("client");
    private final Pair remote = new Pair("remote");

    /** Two channels that speak to one another; the near one is the flow's. */
    private final class Pair implements ByteStream {

        private final Channel listener;
        private final LocalChannel far = new LocalChannel();
        private Channel near;
        private boolean reset;
        private int received;

        Pair(String name) {
            LocalAddress address = new LocalAddress("idle-" + name);
            LocalServerChannel server = new LocalServerChannel();
            server.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object accepted) {
                    near = (Channel) accepted;
                    near.config().setAutoRead(false);
                    loop.register(near);
                }
            });
            far.pipeline().addLast(new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext context, Object message) {
                    ((ByteBuf) message).release();
                    received++;
                }
            });
            listener = server;
            loop.register(server);
            server.bind(address);
            loop.register(far);
            far.connect(address);
            virtual.run();
        }

        @Override
        public Channel channel() {
            return near;
        }

        @Override
        public ChannelFuture shutdownOutput() {
            throw new AssertionError("nobody ends in order");
        }

        @Override
        public void reset() {
            reset = true;
            near.close();
        }
    }

    @BeforeEach
    void relay() {
        engine.selector(selector);
        engine.addOutbound(out, 0);
        selector.rule = source -> new Decision.Outbound("out", "r");
        engine.stream(new StreamRequest() {
            @Override
            public FlowSource source() {
                return new FlowSource(
                        Network.TCP,
                        "tun",
                        new InetSocketAddress("192.0.2.1", 4_000),
                        new InetSocketAddress("198.51.100.1", 443),
                        Optional.empty());
            }

            @Override
            public EventLoop eventLoop() {
                return loop;
            }

            @Override
            public ByteStream accept() {
                return client;
            }

            @Override
            public void reject(CloseReason reason) {
                throw new AssertionError(reason);
            }

            @Override
            public void onCancel(Runnable listener) {}
        });
        out.streams.getFirst().setSuccess(remote);
        virtual.run();
        speak();
    }

    @AfterEach
    void close() {
        for (Pair pair : new Pair[] {client, remote}) {
            pair.far.close();
            pair.listener.close();
        }
        virtual.run();
    }

    private void speak() {
        int before = remote.received;
        client.far.writeAndFlush(Unpooled.directBuffer().writeByte(1));
        virtual.run();
        assertThat(remote.received).isEqualTo(before + 1);
    }

    @Test
    void TC70_silentFor2HoursAnd4Minutes_stillRelayed_thenEndedAsIdle() {
        virtual.seconds(LEAST_SECONDS);
        assertThat(engine.table().live()).hasSize(1);
        speak();
        virtual.seconds(LEAST_SECONDS);
        assertThat(client.reset || remote.reset).isFalse();
        virtual.seconds(3);
        assertThat(client.reset && remote.reset).isTrue();
        assertThat(engine.table().recent().getFirst().closeReason()).contains(CloseReason.IDLE);
    }

    @Test
    void TC70_defaults_notBelowWhatRfc5382Asks() {
        assertThat(FlowSettings.DEFAULTS.tcpIdle()).isGreaterThanOrEqualTo(Duration.ofSeconds(LEAST_SECONDS));
        assertThat(FlowSettings.DEFAULTS.halfClosedIdle()).isGreaterThanOrEqualTo(Duration.ofMinutes(4));
    }
}
