package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A small SSH server (dropbear) at the far end with keys of its own, and the client's commands that use it. */
final class Shell {

    private static final String PORT = "2022";

    private final Path key;
    private final Path known;

    Shell(GatewayLab lab, Path folder) throws IOException {
        key = folder.resolve("key");
        known = folder.resolve("known");
        Path hostKey = folder.resolve("hostkey");
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString());
        run("dropbearkey", "-t", "ed25519", "-f", hostKey.toString());
        Path authorized = Files.createDirectory(folder.resolve("authorized"));
        Files.copy(
                folder.resolve("key.pub"), authorized.resolve("authorized_keys"), StandardCopyOption.REPLACE_EXISTING);
        // In a mount namespace of its own, so that the keys of the machine's users are neither read nor touched.
        String home = System.getProperty("user.home");
        lab.far()
                .start(
                        folder.resolve("dropbear.log"),
                        "sh",
                        "-c",
                        "mkdir -p " + home + "/.ssh; mount --bind " + authorized + " " + home + "/.ssh && chmod 700 "
                                + home + "/.ssh && exec dropbear -F -E -s -p " + PORT + " -r " + hostKey);
        Await.until("dropbear", () -> lab.far().namespace().exec("ss", "-lnt").contains(":" + PORT));
    }

    private static void run(String... words) {
        Answer answer = Command.run(Map.of(), List.of(words));
        assertThat(answer.exit()).as(answer.all()).isZero();
    }

    private List<String> options() {
        return List.of(
                "-i",
                key.toString(),
                "-F",
                "/dev/null",
                "-o",
                "IdentitiesOnly=yes",
                "-o",
                "BatchMode=yes",
                "-o",
                "ConnectTimeout=20",
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=" + known);
    }

    private static String login() {
        return System.getProperty("user.name") + "@" + GatewayLab.FAR4;
    }

    String[] ssh(String command) {
        List<String> words = new ArrayList<>(List.of("ssh", "-p", PORT));
        words.addAll(options());
        words.addAll(List.of(login(), command));
        return words.toArray(String[]::new);
    }

    /** With the old protocol, for which the server needs no SFTP. */
    String[] scp(String from, String to) {
        List<String> words = new ArrayList<>(List.of("scp", "-q", "-O", "-P", PORT));
        words.addAll(options());
        words.addAll(List.of(from, to));
        return words.toArray(String[]::new);
    }

    /** How scp names a file of the far end. */
    String place(Path file) {
        return login() + ":" + file;
    }

    String url(Path repository) {
        return "ssh://" + login() + ":" + PORT + repository;
    }

    String[] gitOverSsh(String... arguments) {
        List<String> words =
                new ArrayList<>(List.of("env", "GIT_SSH_COMMAND=ssh " + String.join(" ", options()), "git"));
        words.addAll(List.of(arguments));
        return words.toArray(String[]::new);
    }

    /** A bare repository with one file, ready for git's plain file transfer over HTTP. */
    Path repository(Path folder, Path file) throws IOException {
        Path work = Files.createDirectory(folder.resolve("work"));
        Files.copy(file, work.resolve("file"));
        Path bare = folder.resolve("project.git");
        run("git", "init", "-q", work.toString());
        run("git", "-C", work.toString(), "add", "file");
        run(
                "git",
                "-C",
                work.toString(),
                "-c",
                "user.name=Test",
                "-c",
                "user.email=test@example.test",
                "commit",
                "-q",
                "-m",
                "file: add");
        run("git", "clone", "-q", "--bare", work.toString(), bare.toString());
        run("git", "-C", bare.toString(), "update-server-info");
        return bare;
    }
}
