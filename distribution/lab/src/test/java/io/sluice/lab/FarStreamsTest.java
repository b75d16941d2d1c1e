package io.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What two ends of a stream say of its octets. */
class FarStreamsTest {

    private static final long SEED = 0x0123_4567_89ab_cdefL;

    private interface End {
        void of(Socket socket) throws IOException;
    }

    private static Socket to(End end) throws IOException {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        CompletableFuture.runAsync(() -> {
            try (server;
                    Socket accepted = server.accept()) {
                end.of(accepted);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        client.setSoTimeout(60_000);
        client.getOutputStream().write(SeededOctets.seed(SEED));
        return client;
    }

    /** Each block by itself is as all at once, wherever it begins. */
    @Test
    void octets_areAFunctionOfSeedAndPlace() {
        byte[] block = new byte[100];
        for (int from : new int[] {0, 1, 7, 8, 4_095}) {
            SeededOctets.fill(SEED, from, block, block.length);
            assertThat(SeededOctets.firstWrong(SEED, from, block, block.length)).isEmpty();
            assertThat(block[3]).isEqualTo(SeededOctets.at(SEED, from + 3));
            block[60] ^= 1;
            assertThat(SeededOctets.firstWrong(SEED, from, block, block.length)).isEqualTo(OptionalInt.of(60));
        }
        SeededOctets.fill(SEED, 0, block, block.length);
        assertThat(SeededOctets.firstWrong(SEED + 1, 0, block, block.length).orElseThrow())
                .isLessThan(4);
        assertThat(SeededOctets.firstWrong(SEED, 8, block, block.length).orElseThrow())
                .isLessThan(4);
        assertThat(SeededOctets.seed(SeededOctets.seed(SEED))).isEqualTo(SEED);
    }

    @Test
    void upload_ofRightOctets_isAnsweredWithItsLength() throws IOException {
        assertThat(uploaded(-1)).isEqualTo(FarStreams.LENGTH);
    }

    @Test
    void upload_withAWrongOctet_isAnsweredWithItsPlace() throws IOException {
        assertThat(uploaded(500_001)).isEqualTo(500_001);
    }

    private static long uploaded(int wrong) throws IOException {
        try (Socket client = to(FarStreams::check)) {
            byte[] all = new byte[FarStreams.LENGTH];
            SeededOctets.fill(SEED, 0, all, all.length);
            if (wrong >= 0) {
                all[wrong] ^= 1;
            }
            client.getOutputStream().write(all);
            client.shutdownOutput();
            return new DataInputStream(client.getInputStream()).readLong();
        }
    }

    @Test
    void download_isOfTheSeedThatWasSent() throws IOException {
        try (Socket client = to(FarStreams::sendLong)) {
            byte[] some = client.getInputStream().readNBytes(100_000);
            assertThat(SeededOctets.firstWrong(SEED, 0, some, some.length)).isEmpty();
            client.setSoLinger(true, 0);
        }
    }
}
