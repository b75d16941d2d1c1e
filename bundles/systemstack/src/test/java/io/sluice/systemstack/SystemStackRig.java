package io.sluice.systemstack;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.net.IpPrefix;
import io.sluice.api.netstack.IpStack;
import io.sluice.api.netstack.StackAttachment;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDevice;
import io.sluice.loop.NettyEventLoops;
import io.sluice.testkit.netns.NetworkNamespace;
import io.sluice.tun.linux.LinuxTunBackend;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32;

/** A namespace whose only way out is a TUN device with the system stack behind it; the kernel has 10.67.0.1 and fd67::1. */
final class SystemStackRig implements AutoCloseable {

    static final String DEVICE = "tsluice";
    static final List<IpPrefix> ADDRESSES = List.of(IpPrefix.parse("10.67.0.1/24"), IpPrefix.parse("fd67::1/64"));

    final NetworkNamespace namespace = NetworkNamespace.create();
    final NettyEventLoops loops;
    final Services services = new Services();
    final TunDevice device;
    StackAttachment attachment;

    SystemStackRig(boolean offload, int queues) throws Exception {
        loops = NettyEventLoops.open(queues);
        device = namespace.call(() -> new LinuxTunBackend()
                .open(new TunConfig(DEVICE, 1500, ADDRESSES, queues, OptionalInt.empty(), false, offload), gone -> {}));
        namespace.exec("ip", "route", "add", "default", "dev", DEVICE);
        namespace.exec("ip", "-6", "route", "add", "default", "dev", DEVICE);
        attach(new SystemIpStack(loops), StackConfig.defaults("tun", ADDRESSES));
    }

    /** The stack's sockets belong to the namespace of the thread that attaches. */
    void attach(IpStack stack, StackConfig config) throws Exception {
        attachment = namespace.call(() -> stack.attach(device, services, config));
    }

    Socket connect(String host, int port) throws Exception {
        Socket socket = namespace.call(() -> new Socket(host, port));
        socket.setSoTimeout(30_000);
        return socket;
    }

    long counted(String name) {
        return attachment.counters().counters().getOrDefault(name, 0L);
    }

    /** Sends, ends its direction, and reads what comes back to its end; false if a single octet is not what was sent. */
    boolean echo(String host, int octets) throws Exception {
        try (Socket socket = connect(host, Services.ECHO)) {
            CRC32 sent = new CRC32();
            CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> send(socket, octets, sent));
            CRC32 received = new CRC32();
            long total = 0;
            InputStream in = socket.getInputStream();
            byte[] block = new byte[64 * 1024];
            for (int n = in.read(block); n >= 0; n = in.read(block)) {
                received.update(block, 0, n);
                total += n;
            }
            sender.get(60, TimeUnit.SECONDS);
            return total == octets && received.getValue() == sent.getValue();
        }
    }

    private static void send(Socket socket, int octets, CRC32 sum) {
        try {
            OutputStream out = socket.getOutputStream();
            Random random = new Random(octets);
            byte[] block = new byte[Math.min(octets, 64 * 1024)];
            for (int left = octets; left > 0; left -= block.length) {
                random.nextBytes(block);
                out.write(block);
                sum.update(block);
            }
            socket.shutdownOutput();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    static boolean soon(Duration limit, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return true;
    }

    @Override
    public void close() throws InterruptedException {
        attachment.detach(CloseReason.SHUTDOWN);
        device.close();
        loops.close(Duration.ofSeconds(2));
        namespace.close();
    }
}
