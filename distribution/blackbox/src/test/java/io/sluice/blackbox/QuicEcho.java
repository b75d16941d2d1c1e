package io.sluice.blackbox;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamType;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.sluice.testkit.netns.NetworkNamespace;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;

/** A QUIC client and a server that sends back what a stream brings: a real handshake, loss recovery and datagrams of 1200 octets and more. */
final class QuicEcho {

    private static final int PORT = 4433;
    private static final long WINDOW = 1 << 20;
    /** Of a key that lives as long as a test. */
    private static final String PASSWORD = "changeit";

    private static final int PATIENCE_SECONDS = 30;

    private QuicEcho() {}

    /** Sends the octets on a stream from one namespace to the other, ends it, and returns what came back. */
    static byte[] exchange(NetworkNamespace server, NetworkNamespace client, String host, byte[] octets)
            throws Exception {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            ChannelHandler answering = new QuicServerCodecBuilder()
                    .sslContext(QuicSslContextBuilder.forServer(certificate(), PASSWORD)
                            .applicationProtocols("echo")
                            .build())
                    .maxIdleTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .initialMaxData(WINDOW)
                    .initialMaxStreamDataBidirectionalRemote(WINDOW)
                    .initialMaxStreamsBidirectional(4)
                    .tokenHandler(InsecureQuicTokenHandler.INSTANCE)
                    .handler(new ChannelInboundHandlerAdapter())
                    .streamHandler(new Echo())
                    .build();
            bind(server, group, answering, new InetSocketAddress(host, PORT));
            ChannelHandler asking = new QuicClientCodecBuilder()
                    .sslContext(QuicSslContextBuilder.forClient()
                            .trustManager(InsecureTrustManagerFactory.INSTANCE)
                            .applicationProtocols("echo")
                            .build())
                    .maxIdleTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .initialMaxData(WINDOW)
                    .initialMaxStreamDataBidirectionalLocal(WINDOW)
                    .build();
            Channel socket = bind(client, group, asking, new InetSocketAddress(0));
            QuicChannel connection = QuicChannel.newBootstrap(socket)
                    .streamHandler(new ChannelInboundHandlerAdapter())
                    .remoteAddress(new InetSocketAddress(host, PORT))
                    .connect()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            Collector collector = new Collector();
            QuicStreamChannel stream = connection
                    .createStream(QuicStreamType.BIDIRECTIONAL, collector)
                    .sync()
                    .getNow();
            stream.writeAndFlush(Unpooled.wrappedBuffer(octets)).addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
            return collector.all.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } finally {
            group.shutdownGracefully(0, 2, TimeUnit.SECONDS).sync();
        }
    }

    /** A self-signed one, made by the JDK's keytool. */
    private static KeyManagerFactory certificate() throws Exception {
        Path folder = Files.createTempDirectory("sluice-quic");
        Path store = folder.resolve("store");
        try {
            Answer made = Command.run(
                    Map.of(),
                    List.of(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-keyalg",
                            "EC",
                            "-groupname",
                            "secp256r1",
                            "-dname",
                            "CN=far.example.test",
                            "-alias",
                            "far",
                            "-storetype",
                            "PKCS12",
                            "-storepass",
                            PASSWORD,
                            "-keystore",
                            store.toString()));
            if (made.exit() != 0) {
                throw new IllegalStateException(made.all());
            }
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray()), PASSWORD.toCharArray());
            return keys;
        } finally {
            Files.deleteIfExists(store);
            Files.delete(folder);
        }
    }

    /** A socket belongs to the namespace of the thread that opens it, so it is opened on the namespace's own. */
    private static Channel bind(
            NetworkNamespace namespace, EventLoopGroup group, ChannelHandler handler, InetSocketAddress at)
            throws Exception {
        java.nio.channels.DatagramChannel socket = namespace.call(() -> java.nio.channels.DatagramChannel.open());
        return new Bootstrap()
                .group(group)
                .channelFactory(() -> new NioDatagramChannel(socket))
                .handler(handler)
                .bind(at)
                .sync()
                .channel();
    }

    @ChannelHandler.Sharable
    private static final class Echo extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object octets) {
            context.writeAndFlush(octets);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
            }
        }
    }

    private static final class Collector extends ChannelInboundHandlerAdapter {
        private final CompletableFuture<byte[]> all = new CompletableFuture<>();
        private final ByteBuf got = Unpooled.buffer();

        @Override
        public void channelRead(ChannelHandlerContext context, Object octets) {
            got.writeBytes((ByteBuf) octets);
            ((ByteBuf) octets).release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                byte[] octets = new byte[got.readableBytes()];
                got.readBytes(octets);
                all.complete(octets);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            all.completeExceptionally(cause);
        }
    }
}
