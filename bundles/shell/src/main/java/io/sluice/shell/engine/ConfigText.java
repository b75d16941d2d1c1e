package io.sluice.shell.engine;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A configuration as read.
 *
 * @param name what problems call it
 */
public record ConfigText(String name, String text) {

    /** The largest configuration read: a hundred times what a thousand rules take. */
    static final int MAX_BYTES = 4 << 20;

    /** Reads the file (relative to the caller's directory), or what the caller pipes in for {@code -}. */
    public static ConfigText read(Call call, String file) throws CommandFailure, IOException {
        if (file.equals("-")) {
            return new ConfigText(
                    "-", decode(call, "standard input", call.session().in()));
        }
        Path path = path(call, file);
        if (Files.isDirectory(path)) {
            throw call.failed(file + " is a directory. Name the file in it.");
        }
        // Opening a pipe would wait for somebody who writes into it.
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw call.failed(file + " is no ordinary file. Pipe it in instead: - < " + file);
        }
        try (InputStream in = Files.newInputStream(path)) {
            return new ConfigText(file, decode(call, file, in));
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ExitCode.NOT_FOUND, "There is no file " + path + ".");
        } catch (AccessDeniedException e) {
            throw new CommandFailure(
                    ExitCode.REFUSED,
                    "The appliance's user may not read " + path + ". Pipe it in instead: - < " + file);
        } catch (FileSystemException e) {
            throw call.failed(file + " cannot be read: " + e.getReason() + ".");
        }
    }

    private static Path path(Call call, String file) throws CommandFailure {
        try {
            return call.session().directory().resolve(file);
        } catch (InvalidPathException e) {
            throw call.usage("The name of a file cannot have this in it: " + e.getReason());
        }
    }

    private static String decode(Call call, String name, InputStream in) throws CommandFailure, IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw call.failed(name + " is larger than " + MAX_BYTES + " octets, so it is not read.");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw call.failed(name + " is not text in UTF-8. Save it as UTF-8.");
        }
    }

    /** A longer line is of no use under a message. */
    static final int MAX_SHOWN = 400;

    /** What begins a password as configurations write it. */
    private static final Pattern PASSWORD =
            Pattern.compile("[\"']?pass(?:word)?[\"']?\\s*[:=]?\\s*[\"']?", Pattern.CASE_INSENSITIVE);

    /** A line of it, from 1, to be shown: passwords are covered, character by character, so that columns stay; empty if it is too long. */
    public Optional<String> shownLine(int number) {
        return text.lines()
                .skip(Math.max(0, number - 1L))
                .findFirst()
                .filter(line -> line.length() <= MAX_SHOWN)
                .map(ConfigText::covered);
    }

    /** Everything from a password's first character to the end of the line: where a password with a mistake in it ends, nobody knows. */
    private static String covered(String line) {
        Matcher password = PASSWORD.matcher(line);
        return password.find() ? line.substring(0, password.end()) + "•".repeat(line.length() - password.end()) : line;
    }
}
