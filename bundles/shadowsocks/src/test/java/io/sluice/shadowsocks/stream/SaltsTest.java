package io.sluice.shadowsocks.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.shadowsocks.Method;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** P27 of the security cases: no salt comes twice, in one process or after a restart. */
class SaltsTest {

    /** The whole case: 100 restarts, a million salts. */
    private static final int RESTARTS = Integer.getInteger("sluice.restarts", 10);

    private static final int EACH = 10_000;

    /** What a process of the test makes. */
    public static final class Maker {

        private Maker() {}

        /** Writes the first eight octets of each salt: if these differ, so do the salts. */
        public static void main(String... arguments) throws IOException {
            SecureRandom random = new SecureRandom();
            DataOutputStream out = new DataOutputStream(new BufferedOutputStream(System.out));
            for (int i = 0; i < EACH; i++) {
                Method method = i % 2 == 0 ? Method.BLAKE3_AES_128_GCM : Method.AES_256_GCM;
                out.writeLong(ByteBuffer.wrap(Salts.fresh(method, random)).getLong());
            }
            out.flush();
        }
    }

    @Test
    void p27_noSaltComesTwice_overManyRestarts() throws Exception {
        long[] all = new long[RESTARTS * EACH];
        for (int i = 0; i < RESTARTS; i++) {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            Maker.class.getName())
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (DataInputStream in = new DataInputStream(process.getInputStream())) {
                for (int j = 0; j < EACH; j++) {
                    all[i * EACH + j] = in.readLong();
                }
            }
            assertThat(process.waitFor()).isZero();
        }
        Arrays.sort(all);
        long twice = 0;
        for (int i = 1; i < all.length; i++) {
            twice += all[i] == all[i - 1] ? 1 : 0;
        }
        System.out.printf("P27: %,d salts of %d processes, %d twice%n", all.length, RESTARTS, twice);
        assertThat(twice).isZero();
    }
}
