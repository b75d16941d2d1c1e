package io.sluice.netstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.EchoRequest;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.netstack.StackAttachment;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDevice;
import io.sluice.testkit.netns.NetworkNamespace;
import io.sluice.tun.linux.LinuxTunBackend;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The kernel's TCP as the peer, through a TUN device: with and without offload, over both families. */
@Tag("netns")
class UserStack_NetnsTest {

    private static final int ECHO = 7;
    private static final int DISCARD = 9;
    private static final int REFUSED = 10;

    private NetworkNamespace client;
    private EpollTestLoops loops;
    private TunDevice device;
    private StackAttachment attachment;

    @BeforeEach
    void namespace() {
        NetworkNamespace.unavailable().ifPresent(reason -> {
            System.out.println("skipped: " + reason);
            Assumptions.abort(reason);
        });
        client = NetworkNamespace.create();
        loops = new EpollTestLoops();
    }

    @AfterEach
    void remove() {
        if (client != null) {
            attachment.detach(CloseReason.SHUTDOWN);
            device.close();
            client.close();
            loops.group().shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private void attach(boolean offload) throws Exception {
        List<IpPrefix> addresses = List.of(IpPrefix.parse("10.67.0.1/24"), IpPrefix.parse("fd67::1/64"));
        TunConfig config = new TunConfig("tsluice", 1500, addresses, 1, OptionalInt.empty(), false, offload);
        device = client.call(() -> new LinuxTunBackend().open(config, gone -> {}));
        attachment = new UserIpStack(loops).attach(device, new Services(), StackConfig.defaults("tun", addresses));
    }

    /** Echo, discard and refusal, whatever address is asked for. */
    private static final class Services implements FlowAcceptor {
        @Override
        public void stream(StreamRequest request) {
            int port = request.source().destination().getPort();
            if (port == REFUSED) {
                request.reject(CloseReason.CONNECT_REFUSED);
                return;
            }
            ByteStream stream = request.accept();
            stream.channel().pipeline().addLast(new Service(stream, port == ECHO));
            stream.channel().config().setAutoRead(true);
        }

        @Override
        public void datagrams(DatagramRequest request) {
            request.reject(CloseReason.POLICY_REJECTED);
        }

        @Override
        public void echo(EchoRequest request) {
            request.reply();
        }
    }

    private static final class Service extends ChannelInboundHandlerAdapter {
        private final ByteStream stream;
        private final boolean echo;

        Service(ByteStream stream, boolean echo) {
            this.stream = stream;
            this.echo = echo;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (echo) {
                context.write(message, context.voidPromise());
            } else {
                ((ByteBuf) message).release();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
            context.channel().config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext context) {
            context.channel().config().setAutoRead(context.channel().isWritable());
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                stream.shutdownOutput();
            }
        }
    }

    /** Sends, ends its direction, and reads what comes back to its end; returns the octets that came back intact. */
    private long echo(String address, int octets) throws Exception {
        try (Socket socket = client.call(() -> new Socket(address, ECHO))) {
            socket.setSoTimeout(30_000);
            CRC32 sent = new CRC32();
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
                try {
                    OutputStream out = socket.getOutputStream();
                    Random random = new Random(octets);
                    byte[] block = new byte[64 * 1024];
                    for (int left = octets; left > 0; left -= block.length) {
                        random.nextBytes(block);
                        out.write(block);
                        sent.update(block);
                    }
                    socket.shutdownOutput();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            CRC32 received = new CRC32();
            long total = 0;
            InputStream in = socket.getInputStream();
            byte[] block = new byte[64 * 1024];
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                received.update(block, 0, n);
                total += n;
            }
            sender.get(60, TimeUnit.SECONDS);
            assertThat(received.getValue()).isEqualTo(sent.getValue());
            return total;
        }
    }

    private static final int BULK = 32 * 1024 * 1024;

    @Test
    void echo_offloadBothFamilies_byteExact() throws Exception {
        attach(true);
        assertThat(echo("10.67.0.7", BULK)).isEqualTo(BULK);
        assertThat(echo("fd67::7", BULK)).isEqualTo(BULK);
        assertThat(attachment.counters().counters().get("rxSuperPackets")).isPositive();
        assertThat(attachment.counters().counters().get("txSuperPackets")).isPositive();
        assertThat(client.exec("nstat", "-az", "TcpInCsumErrors")).containsPattern("TcpInCsumErrors +0 ");
    }

    @Test
    void echo_plainBothFamilies_byteExact() throws Exception {
        attach(false);
        assertThat(echo("10.67.0.7", BULK / 4)).isEqualTo(BULK / 4);
        assertThat(echo("fd67::7", BULK / 4)).isEqualTo(BULK / 4);
        assertThat(attachment.counters().counters().get("rxSuperPackets")).isZero();
        assertThat(client.exec("nstat", "-az", "TcpInCsumErrors")).containsPattern("TcpInCsumErrors +0 ");
    }

    @Test
    void connect_refused_atOnce() throws Exception {
        attach(true);
        long begun = System.nanoTime();
        assertThatThrownBy(() -> client.call(() -> new Socket("10.67.0.7", REFUSED)))
                .isInstanceOf(ConnectException.class);
        assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(30));
    }

    @Test
    void detach_openConnection_resetAndNothingLeft() throws Exception {
        attach(true);
        try (Socket socket = client.call(() -> new Socket("10.67.0.7", DISCARD))) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(1);
            attachment.detach(CloseReason.INBOUND_WITHDRAWN);
            assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @Test
    void stackExchanged_sameDevice_goesOn() throws Exception {
        attach(true);
        assertThat(echo("10.67.0.7", 1 << 20)).isEqualTo(1 << 20);
        attachment.detach(CloseReason.INBOUND_WITHDRAWN);
        attachment = new UserIpStack(loops)
                .attach(device, new Services(), StackConfig.defaults("tun", List.of(IpPrefix.parse("10.67.0.1/24"))));
        assertThat(echo("10.67.0.7", 1 << 20)).isEqualTo(1 << 20);
    }

    @Test
    void ping_throughTheStack_answered() throws Exception {
        attach(true);
        assertThat(client.exec("ping", "-c", "3", "-i", "0.2", "-W", "10", "10.67.0.9"))
                .contains(" 0% packet loss");
    }

    @Test
    void manyConnections_oneAfterTheOther_noneLeft() throws Exception {
        attach(true);
        for (int i = 0; i < 500; i++) {
            assertThat(echo("10.67.0." + (2 + i % 200), 64 * 1024)).isEqualTo(64 * 1024);
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (attachment.counters().connections() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(attachment.counters().connections()).isZero();
    }
}
