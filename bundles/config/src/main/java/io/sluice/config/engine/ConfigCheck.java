package io.sluice.config.engine;

import io.sluice.api.config.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * {@code sluice conf check FILE…}: checks files without a running appliance. Needs the bundles {@code io.sluice.config} and {@code
 * io.sluice.api} on the class path and nothing else.
 */
public final class ConfigCheck {

    /** No file has an error. */
    public static final int GOOD = 0;

    /** A file is not what can be read: a directory, not text, too large. This and the next three are what the running appliance answers with too. */
    public static final int UNREADABLE = 1;

    /** No file was named (sysexits.h EX_USAGE is 64, but scripts tell 2 from 23 more easily). */
    public static final int USAGE = 2;

    /** There is no such file. */
    public static final int NOT_FOUND = 3;

    /** A file may not be read. */
    public static final int REFUSED = 4;

    /** A file has errors. */
    public static final int BROKEN = 23;

    /** The largest file read, as in the running appliance: a hundred times what a thousand rules take. */
    static final int MAX_OCTETS = 4 << 20;

    private ConfigCheck() {}

    /** A file named {@code -} is the standard input. Prints every problem to {@code out}, one line each, and what prevents checking to {@code err}; silent if all is well. */
    public static int run(String[] files, PrintStream out, PrintStream err) {
        if (files.length == 0) {
            err.println("sluice conf check: name at least one file.");
            return USAGE;
        }
        int status = GOOD;
        for (String file : files) {
            status = Math.max(status, check(file, out, err));
        }
        return status;
    }

    private static int check(String file, PrintStream out, PrintStream err) {
        String text;
        try {
            text = text(file);
        } catch (IOException | IllegalArgumentException e) {
            err.println("sluice conf check: " + file + ": " + why(e) + ".");
            return status(e);
        }
        Compiled compiled = ConfigReader.read(text, file);
        for (Problem problem : compiled.problems()) {
            out.println(problem);
        }
        return compiled.hasErrors() ? BROKEN : GOOD;
    }

    private static String text(String file) throws IOException {
        if (file.equals("-")) {
            return text(System.in);
        }
        Path path = Path.of(file);
        if (Files.isDirectory(path)) {
            throw new IOException("it is a directory");
        }
        try (InputStream in = Files.newInputStream(path)) {
            return text(in);
        }
    }

    private static String text(InputStream in) throws IOException {
        byte[] octets = in.readNBytes(MAX_OCTETS + 1);
        if (octets.length > MAX_OCTETS) {
            throw new IOException("it is larger than " + MAX_OCTETS + " octets");
        }
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(octets))
                .toString();
    }

    private static int status(Exception e) {
        return switch (e) {
            case NoSuchFileException _ -> NOT_FOUND;
            case AccessDeniedException _ -> REFUSED;
            default -> UNREADABLE;
        };
    }

    private static String why(Exception e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "it may not be read";
            case CharacterCodingException _ -> "it is not UTF-8 text";
            default -> "it could not be read: " + e.getMessage();
        };
    }
}
