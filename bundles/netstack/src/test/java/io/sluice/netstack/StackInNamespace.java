package io.sluice.netstack;

import io.netty.buffer.ByteBuf;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.EchoRequest;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.netstack.StackAttachment;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDevice;
import io.sluice.loop.NettyEventLoops;
import io.sluice.testkit.netns.NetworkNamespace;
import io.sluice.tun.linux.LinuxTunBackend;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.OptionalInt;

/**
 * A namespace whose only way out is a TUN device with the stack behind it. Beyond, every host answers: datagrams and pings come back, streams
 * are refused. The kernel has 10.77.0.1 and fd77::1, the stack's end of the link is 10.77.0.2 and fd77::2.
 */
final class StackInNamespace implements AutoCloseable {

    static final String DEVICE = "tsluice";

    private static final List<IpPrefix> ADDRESSES =
            List.of(IpPrefix.parse("10.77.0.1/24"), IpPrefix.parse("fd77::1/64"));

    final NetworkNamespace namespace = NetworkNamespace.create();
    final TunDevice device;
    final StackAttachment attachment;
    private final NettyEventLoops loops = NettyEventLoops.open(1);

    StackInNamespace(boolean offload) throws Exception {
        device = namespace.call(() -> new LinuxTunBackend()
                .open(new TunConfig(DEVICE, 1500, ADDRESSES, 1, OptionalInt.empty(), false, offload), gone -> {}));
        namespace.exec("ip", "route", "add", "default", "dev", DEVICE);
        namespace.exec("ip", "-6", "route", "add", "default", "dev", DEVICE);
        attachment = new UserIpStack(loops).attach(device, new Beyond(), StackConfig.defaults("tun", ADDRESSES));
    }

    String ping(String host, int octets) {
        return namespace.exec(
                "ping", "-c", "3", "-i", "0.1", "-W", "10", "-s", Integer.toString(octets), "-p", "a5", host);
    }

    long counted(String name) {
        return attachment.counters().counters().getOrDefault(name, 0L);
    }

    @Override
    public void close() {
        attachment.detach(CloseReason.SHUTDOWN);
        device.close();
        loops.group()
                .shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS)
                .syncUninterruptibly();
        namespace.close();
    }

    private static final class Beyond implements FlowAcceptor {

        @Override
        public void stream(StreamRequest request) {
            request.reject(CloseReason.CONNECT_REFUSED);
        }

        @Override
        public void datagrams(DatagramRequest request) {
            if (request.source().destination().getPort() == 9) {
                request.reject(CloseReason.CONNECT_REFUSED);
                return;
            }
            DatagramPort client = request.accept();
            client.receiver(new DatagramReceiver() {
                @Override
                public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
                    client.send(payload, segmentSize, peer);
                }

                @Override
                public void batchComplete() {
                    client.flush();
                }
            });
        }

        @Override
        public void echo(EchoRequest request) {
            request.reply();
        }
    }
}
