package io.sluice.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.rest.engine.Secrets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenFileTest {

    private final Secrets secrets = new Secrets(new SecureRandom());

    @TempDir
    private Path data;

    @Test
    void firstStart_makesATokenForTheOwnerOnly_andKeepsItsDigest() throws Exception {
        String digest = TokenFile.digest(data, secrets).orElseThrow();
        String token = Files.readString(data.resolve(TokenFile.TOKEN)).strip();
        assertThat(Secrets.digest(token)).isEqualTo(digest);
        for (String file : new String[] {TokenFile.TOKEN, TokenFile.DIGEST}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data.resolve(file))))
                    .isEqualTo("rw-------");
        }
        Files.delete(data.resolve(TokenFile.TOKEN));
        assertThat(TokenFile.digest(data, secrets)).isEqualTo(Optional.of(digest));
        assertThat(data.resolve(TokenFile.TOKEN)).doesNotExist();
    }

    @Test
    void damagedDigest_letsNobodyIn() throws Exception {
        for (String damaged : new String[] {"", "abc", "g".repeat(64)}) {
            Files.writeString(data.resolve(TokenFile.DIGEST), damaged);
            assertThat(TokenFile.digest(data, secrets)).isEmpty();
        }
    }
}
