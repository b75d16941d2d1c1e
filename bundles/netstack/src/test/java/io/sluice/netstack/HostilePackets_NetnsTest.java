package io.sluice.netstack;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.netstack.engine.CapturedPackets;
import io.sluice.netstack.engine.Mutator;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A million truncated, mutated and random packets from the kernel's side of a real TUN device: none is lost sight of, and nothing stalls. */
@Tag("netns")
class HostilePackets_NetnsTest {

    private static final int DIFFERENT = 100_000;
    private static final int ROUNDS = 10;

    /** Packets that the device holds: more than the sender has under way. */
    private static final String QUEUE = "8000";

    /**
     * Sends the file's packets by an AF_PACKET socket, which asks nobody whether they are packets, and waits now and then until the stack has
     * taken them: an AF_PACKET sender is not held back by a full queue.
     */
    private static final String SENDER = """
            import socket, struct, sys, time
            octets = open(sys.argv[1], 'rb').read()
            device = sys.argv[2]
            packets, at = [], 0
            while at < len(octets):
                n, = struct.unpack_from('>H', octets, at)
                packets.append(octets[at + 2:at + 2 + n])
                at += 2 + n
            def taken():
                folder = '/sys/class/net/' + device + '/statistics/'
                return sum(int(open(folder + name).read()) for name in ('tx_packets', 'tx_dropped', 'tx_errors'))
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            s.bind((device, 0x0800))
            sent = refused = 0
            before = taken()
            for _ in range(int(sys.argv[3])):
                for packet in packets:
                    try:
                        s.send(packet)
                        sent += 1
                    except OSError:
                        refused += 1
                    if sent % 4000 == 0:
                        deadline = time.monotonic() + 60
                        while taken() - before < sent - 2000:
                            if time.monotonic() > deadline:
                                sys.exit('stalled after %d packets' % sent)
                            time.sleep(0.001)
            print(sent, refused)
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void rights() {
        NetworkNamespace.unavailable().ifPresent(HostilePackets_NetnsTest::skip);
        try {
            new ProcessBuilder("python3", "--version").start().waitFor();
        } catch (IOException | InterruptedException e) {
            skip("python3, which sends the packets, is not there");
        }
    }

    private static void skip(String reason) {
        System.out.println("skipped: " + reason);
        Assumptions.abort(reason);
    }

    @Test
    void aMillionHostilePackets_countedAndPingStillAnswered() throws Exception {
        Path packets = packets();
        Path sender = Files.writeString(folder.resolve("sender.py"), SENDER);
        try (StackInNamespace stack = new StackInNamespace(true)) {
            stack.namespace.exec("ip", "link", "set", StackInNamespace.DEVICE, "txqueuelen", QUEUE);
            String[] told = stack.namespace
                    .exec(
                            "python3",
                            sender.toString(),
                            packets.toString(),
                            StackInNamespace.DEVICE,
                            Integer.toString(ROUNDS))
                    .strip()
                    .split(" ");
            long sent = Long.parseLong(told[0]);
            long refused = Long.parseLong(told[1]);
            assertThat(sent + refused).isEqualTo((long) DIFFERENT * ROUNDS);
            assertThat(stack.ping("192.0.2.7", 56)).contains(" 0% packet loss");
            assertThat(stack.ping("fd77::2", 56)).contains(" 0% packet loss");
            long dropped = statistic(stack, "tx_dropped") + statistic(stack, "tx_errors");
            long seen = stack.counted("rxPackets") + stack.device.counters().rxErrors();
            System.out.printf(
                    "sent %d, refused by the kernel %d, dropped in its queue %d, seen by the stack %d%n",
                    sent, refused, dropped, seen);
            // The kernel's own chatter (router solicitations and the pings) comes on top.
            assertThat(seen + dropped).isBetween(sent, sent + 1_000);
            assertThat(seen).as("most were taken, not dropped by the kernel").isGreaterThan(sent * 9 / 10);
            assertThat(stack.counted("internalFaults")).isZero();
        }
    }

    private static long statistic(StackInNamespace stack, String name) {
        String path = "/sys/class/net/" + StackInNamespace.DEVICE + "/statistics/" + name;
        return Long.parseLong(stack.namespace.exec("cat", path).strip());
    }

    private Path packets() throws IOException {
        Path file = folder.resolve("packets");
        Mutator mutator = new Mutator(3, CapturedPackets.all());
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            for (int i = 0; i < DIFFERENT; i++) {
                byte[] packet = mutator.next();
                int length = Math.min(mutator.length(), 1_500); // the interface's MTU
                out.writeShort(length);
                out.write(packet, 0, length);
            }
        }
        return file;
    }
}
