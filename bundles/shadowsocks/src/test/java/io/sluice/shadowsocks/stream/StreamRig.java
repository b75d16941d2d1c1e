package io.sluice.shadowsocks.stream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.ServerKeys;
import io.sluice.shadowsocks.ShadowsocksException;
import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Both ends of streams in memory, under a clock that the test moves. */
final class StreamRig {

    static final InetSocketAddress DESTINATION = InetSocketAddress.createUnresolved("example.org", 443);

    /** One end: its channel, and what came out of it towards the program. */
    static final class End {

        final EmbeddedChannel channel;
        final ByteArrayOutputStream received = new ByteArrayOutputStream();
        final List<Fault> faults = new ArrayList<>();
        boolean ended;

        End(StreamCodec codec) {
            channel = new EmbeddedChannel(codec, new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
                    ByteBuf payload = (ByteBuf) message;
                    payload.readBytes(received, payload.readableBytes());
                    payload.release();
                }

                @Override
                public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                    ended |= event instanceof ChannelInputShutdownEvent;
                }

                @Override
                public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                    faults.add(((ShadowsocksException) cause).fault());
                }
            });
            channel.freezeTime(); // timers run when the test says so
        }

        void say(byte[] payload) {
            channel.writeOutbound(Unpooled.copiedBuffer(payload));
        }

        /** What goes to the network, all of it. */
        byte[] sent() {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
                byte[] octets = new byte[next.readableBytes()];
                next.readBytes(octets).release();
                all.writeBytes(octets);
            }
            return all.toByteArray();
        }

        void hear(byte[] octets) {
            channel.writeInbound(Unpooled.copiedBuffer(octets));
        }

        void hear(byte[] octets, int from, int to) {
            channel.writeInbound(Unpooled.copiedBuffer(octets, from, to - from));
        }

        void hearFin() {
            channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }

        byte[] received() {
            return received.toByteArray();
        }

        void close() {
            channel.finishAndReleaseAll();
        }
    }

    final Method method;
    final SecureRandom random = new SecureRandom();
    final List<StreamHeader> requests = new ArrayList<>();
    long epoch = 1_790_000_000L;
    long nanos;
    int answers;
    ClientContext client;
    ServerContext server;

    StreamRig(Method method) {
        this(method, ClientKeys.of(method, password(method, 1)), password(method, 1), Map.of());
    }

    StreamRig(Method method, ClientKeys keys, String serverPassword, Map<String, String> users) {
        this.method = method;
        client = new ClientContext("the server", keys, () -> epoch, random);
        server = ServerContext.of(ServerKeys.of(method, serverPassword, users), () -> epoch, () -> nanos, random);
    }

    static String password(Method method, int which) {
        byte[] key = new byte[method.keyLength()];
        Arrays.fill(key, (byte) which);
        return method.is2022() ? Base64.getEncoder().encodeToString(key) : "password " + which;
    }

    End client() {
        return new End(new ClientStreamCodec(client, DESTINATION, () -> answers++));
    }

    End server() {
        return new End(new ServerStreamCodec(server, requests::add));
    }

    byte[] payload(int length) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) (i * 31 + (i >> 8));
        }
        return payload;
    }

    /** A request with that payload, as it goes over the network. */
    byte[] request(int length) {
        End end = client();
        end.say(payload(length));
        byte[] sent = end.sent();
        end.close();
        return sent;
    }

    void advance(double seconds) {
        epoch += Math.round(seconds);
        nanos += Math.round(seconds * 1e9);
    }
}
