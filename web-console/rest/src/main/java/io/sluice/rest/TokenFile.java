package io.sluice.rest;

import io.sluice.rest.engine.Secrets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the digest of the token, and makes the token at the first start. */
final class TokenFile {

    static final String TOKEN = "api-token";
    static final String DIGEST = "api-token.sha256";

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    private static final Logger LOG = LoggerFactory.getLogger(TokenFile.class);

    private TokenFile() {}

    /** The digest of the token that is in force; empty (so no token is accepted) if it cannot be read or made. */
    static Optional<String> digest(Path data, Secrets secrets) {
        Path digest = data.resolve(DIGEST);
        try {
            if (!Files.exists(digest)) {
                return Optional.of(make(data, secrets));
            }
            String kept = Files.readString(digest, StandardCharsets.US_ASCII).strip();
            if (SHA_256.matcher(kept).matches()) {
                return Optional.of(kept);
            }
            LOG.error("{} is damaged, so no token is accepted. Delete it and restart: a new token is made.", digest);
        } catch (IOException e) {
            LOG.error("no token is accepted: {} cannot be read or written", digest, e);
        }
        return Optional.empty();
    }

    private static String make(Path data, Secrets secrets) throws IOException {
        Files.createDirectories(data);
        String token = secrets.fresh();
        String digest = Secrets.digest(token);
        write(data.resolve(TOKEN), token);
        write(data.resolve(DIGEST), digest);
        LOG.info("a token for the HTTP interface was made; read it from {} and delete that file", data.resolve(TOKEN));
        return digest;
    }

    /** In one step, durable before anybody is told of it, and never readable by others. */
    private static void write(Path file, String text) throws IOException {
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        try (FileChannel out = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer octets = StandardCharsets.US_ASCII.encode(text + "\n");
            while (octets.hasRemaining()) {
                out.write(octets);
            }
            out.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException e) {
            LOG.debug("the folder of {} could not be synchronised", file, e);
        }
    }
}
