package io.sluice.nftables.linux;

import io.sluice.nftables.linux.NftException.Code;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the program {@code nft}, each time as a process of its own, with its arguments as they are and no shell. */
public final class Nft {

    /** The program takes some milliseconds; on a machine under heavy load, or with very large rulesets, a second. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Where distributions put it; a service's PATH often lacks the last two. */
    private static final List<String> USUAL = List.of("/usr/sbin", "/sbin", "/usr/local/sbin");

    private static final int MOST_SHOWN = 500;

    private final List<Path> folders;

    public Nft() {
        this(Stream.concat(
                        Arrays.stream(String.valueOf(System.getenv("PATH")).split(File.pathSeparator)), USUAL.stream())
                .filter(folder -> folder.startsWith("/"))
                .map(Path::of)
                .toList());
    }

    Nft(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    /** Whether the program is there. */
    public boolean isInstalled() {
        return folders.stream().anyMatch(folder -> Files.isExecutable(folder.resolve("nft")));
    }

    /**
     * Carries the commands out in one transaction: all of them or none.
     *
     * @param json as in libnftables-json(5)
     * @param what for the error text: "set the table inet x"
     */
    void apply(String json, String what) throws NftException {
        run(what, json, "-j", "-f", "-");
    }

    /** What {@code nft list} says, without counters and other state. */
    String list(String... what) throws NftException {
        List<String> arguments = new ArrayList<>(List.of("-s", "list"));
        arguments.addAll(List.of(what));
        return run("read the packet filter", "", arguments.toArray(String[]::new));
    }

    private Path program() throws NftException {
        return folders.stream()
                .map(folder -> folder.resolve("nft"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new NftException(
                        Code.NFT_MISSING, "there is no program nft on this host: install the package nftables"));
    }

    private String run(String what, String input, String... arguments) throws NftException {
        List<String> command = new ArrayList<>(List.of(program().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("LC_ALL", "C");
        Path output = null;
        try {
            // A file, not a pipe, so that nobody waits for anybody, whatever the size.
            output = Files.createTempFile("sluice-nft", ".out");
            Process process = builder.redirectOutput(output.toFile()).start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                // It ended without reading everything; its exit code and words say why.
                process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            }
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new NftException(
                        Code.NFT_SILENT, "could not " + what + ": nft did not end in " + PATIENCE.toSeconds() + " s");
            }
            String said = Files.readString(output);
            if (process.exitValue() != 0) {
                throw refused(what, process.exitValue(), said);
            }
            return said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NftException(Code.NFT_SILENT, "could not " + what + ": interrupted");
        } catch (NftException e) {
            throw e;
        } catch (IOException e) {
            throw new NftException(Code.NFT_MISSING, "could not " + what + ": nft cannot be run: " + e.getMessage());
        } finally {
            delete(output);
        }
    }

    private static void delete(Path output) {
        try {
            if (output != null) {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            output.toFile().deleteOnExit();
        }
    }

    private static NftException refused(String what, int exit, String said) {
        String words = said.strip();
        if (words.length() > MOST_SHOWN) {
            words = words.substring(0, MOST_SHOWN) + "…";
        }
        if (words.contains("Operation not permitted")) {
            return new NftException(
                    Code.NFT_DENIED, "could not " + what + ": that needs CAP_NET_ADMIN (nft says: " + words + ")");
        }
        return new NftException(
                Code.NFT_REFUSED,
                "could not " + what + ": nft ended with " + exit + " and says: "
                        + (words.isEmpty() ? "nothing" : words)
                        + (words.contains("No such file or directory") || words.contains("not supported")
                                ? "; the kernel may lack a module of nftables (nft_nat, nft_redir, nft_fib_inet)"
                                : ""));
    }
}
