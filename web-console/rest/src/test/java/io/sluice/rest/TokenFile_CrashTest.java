package io.sluice.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.rest.engine.Secrets;
import io.sluice.testkit.crash.Crash;
import io.sluice.testkit.crash.DiskRecorder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A crash at any octet and step while the first token is made: the next start has a token that fits its digest, or makes one. */
class TokenFile_CrashTest {

    @TempDir
    private Path folder;

    @Test
    void crashAnywhere_theTokenFitsItsDigest() throws Exception {
        DiskRecorder disk = new DiskRecorder(Files.createDirectory(folder.resolve("disk")));
        disk.begin();
        String digest = TokenFile.digest(disk.folder().resolve("data"), new Secrets(new SecureRandom()))
                .orElseThrow();
        disk.done();

        Path left = folder.resolve("left");
        for (Crash crash : disk.crashes()) {
            crash.layOut(left);
            Optional<String> found =
                    TokenFile.digest(new DiskRecorder(left).folder().resolve("data"), new Secrets(new SecureRandom()));
            String token = Files.readString(left.resolve("data").resolve(TokenFile.TOKEN))
                    .strip();
            assertThat(found).as(crash.toString()).contains(Secrets.digest(token));
            if (crash.kept() == 1) {
                assertThat(found).as(crash.toString()).contains(digest);
            }
        }
    }
}
