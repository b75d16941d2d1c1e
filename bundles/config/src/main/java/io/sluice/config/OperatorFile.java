package io.sluice.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What is at the place of a configuration file. */
sealed interface OperatorFile {

    /** In octets; a configuration has 8 Mi characters at most (ConfigReader), of up to three octets each. What is larger would not fit into the memory of a small box. */
    long MOST = 3L * (8 << 20);

    /** Nothing. */
    record Missing() implements OperatorFile {}

    /** A text, whatever it says. */
    record Written(String text) implements OperatorFile {}

    /** Something that is no text. */
    record Unreadable(String why) implements OperatorFile {}

    static OperatorFile at(Path path) {
        try {
            return new Written(text(path));
        } catch (NoSuchFileException e) {
            return new Missing();
        } catch (IOException e) {
            return new Unreadable(path + " cannot be read: " + e);
        }
    }

    /** The text of a file. */
    static String text(Path path) throws IOException {
        if (Files.size(path) > MOST) {
            throw new IOException("it has " + Files.size(path) + " octets, more than any configuration");
        }
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(Files.readAllBytes(path)))
                .toString();
    }
}
