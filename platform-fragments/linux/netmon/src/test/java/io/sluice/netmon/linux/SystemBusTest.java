package io.sluice.netmon.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The system bus: a real one where there is dbus-daemon, and one that plays logind. */
class SystemBusTest {

    @TempDir
    Path folder;

    @Test
    void realBus_letsUsInAndTakesTheRule() throws Exception {
        Path daemon = Path.of("/usr/bin/dbus-daemon");
        Assumptions.assumeTrue(Files.isExecutable(daemon), "no dbus-daemon here");
        Path socket = folder.resolve("bus");
        Process process = new ProcessBuilder(
                        daemon.toString(), "--session", "--nofork", "--nopidfile", "--address=unix:path=" + socket)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!Files.exists(socket)) {
                assertThat(process.isAlive())
                        .as(Files.readString(folder.resolve("log")))
                        .isTrue();
                assertThat(System.nanoTime()).isLessThan(deadline);
                Thread.onSpinWait();
            }
            try (SystemBus bus = SystemBus.connect(UnixDomainSocketAddress.of(socket))) {
                bus.call("Hello", null);
                BusMessage hello = bus.receive();
                assertThat(hello.type()).as("method return").isEqualTo(2);
                assertThat(hello.signature()).isEqualTo("s");
                BusMessage acquired = bus.receive();
                assertThat(acquired.type()).isEqualTo(BusMessage.SIGNAL);
                assertThat(acquired.member()).isEqualTo("NameAcquired");
                bus.call("AddMatch", "type='signal',sender='org.freedesktop.login1',member='PrepareForSleep'");
                assertThat(bus.receive().type()).as("method return, no error").isEqualTo(2);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    /** A signal as logind sends it, in either byte order. */
    private static ByteBuffer prepareForSleep(boolean goes, ByteOrder order) {
        ByteBuffer out = ByteBuffer.allocate(512).order(order);
        out.put((byte) (order == ByteOrder.LITTLE_ENDIAN ? 'l' : 'B'));
        out.put((byte) 4).put((byte) 1).put((byte) 1).putInt(4).putInt(77).putInt(0);
        field(out, 1, 'o', "/org/freedesktop/login1");
        field(out, 2, 's', "org.freedesktop.login1.Manager");
        field(out, 3, 's', "PrepareForSleep");
        field(out, 7, 's', ":1.3");
        pad(out, 8);
        out.put((byte) 8)
                .put((byte) 1)
                .put((byte) 'g')
                .put((byte) 0)
                .put((byte) 1)
                .put((byte) 'b')
                .put((byte) 0);
        out.putInt(12, out.position() - 16);
        pad(out, 8);
        out.putInt(goes ? 1 : 0);
        return out.flip();
    }

    private static void field(ByteBuffer out, int code, char type, String value) {
        pad(out, 8);
        out.put((byte) code).put((byte) 1).put((byte) type).put((byte) 0);
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        out.putInt(bytes.length).put(bytes).put((byte) 0);
    }

    private static void pad(ByteBuffer out, int size) {
        while (out.position() % size != 0) {
            out.put((byte) 0);
        }
    }

    @Test
    void sleepSignals_bothByteOrders_told() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(folder.resolve("bus"));
        BlockingQueue<Boolean> told = new LinkedBlockingQueue<>();
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            Thread bus = Thread.ofVirtual().start(() -> {
                try (SocketChannel client = server.accept()) {
                    client.read(ByteBuffer.allocate(512));
                    client.write(ByteBuffer.wrap("OK 1234\r\n".getBytes(StandardCharsets.US_ASCII)));
                    client.read(ByteBuffer.allocate(512));
                    client.write(prepareForSleep(true, ByteOrder.LITTLE_ENDIAN));
                    client.write(prepareForSleep(false, ByteOrder.BIG_ENDIAN));
                    while (client.read(ByteBuffer.allocate(512)) >= 0) {
                        // until the other side has had enough
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            SleepSignals signals = SleepSignals.listen(address, told::add);
            assertThat(told.poll(30, TimeUnit.SECONDS)).isTrue();
            assertThat(told.poll(30, TimeUnit.SECONDS)).isFalse();
            signals.close();
            assertThat(bus.join(java.time.Duration.ofSeconds(30))).isTrue();
        }
    }

    @Test
    void sleepSignals_noBus_silent() {
        SleepSignals.listen(UnixDomainSocketAddress.of(folder.resolve("nothing")), _ -> {})
                .close();
    }

    @Test
    void read_everyTruncationAndDamage_refusedNotBroken() throws IOException {
        ByteBuffer whole = prepareForSleep(true, ByteOrder.LITTLE_ENDIAN);
        assertThat(BusMessage.read(whole.duplicate()).bool()).isTrue();
        for (int length = 16; length < whole.limit() - 4; length++) {
            ByteBuffer cut = ByteBuffer.wrap(whole.array(), 0, length).slice();
            assertThatThrownBy(() -> BusMessage.read(cut).bool()).isInstanceOf(IOException.class);
        }
        for (int at = 16; at < whole.limit(); at++) {
            for (int value : new int[] {0, 1, 0x7f, 0xff}) {
                byte[] damaged = whole.array().clone();
                damaged[at] = (byte) value;
                try {
                    BusMessage.read(ByteBuffer.wrap(damaged, 0, whole.limit())).bool();
                } catch (IOException expected) {
                    assertThat(expected).hasMessageStartingWith("the bus sends");
                }
            }
        }
        ByteBuffer huge = ByteBuffer.wrap(whole.array().clone(), 0, 16);
        huge.order(ByteOrder.LITTLE_ENDIAN).putInt(12, -1);
        assertThatThrownBy(() -> BusMessage.length(huge)).hasMessageContaining("over 65536");
    }
}
