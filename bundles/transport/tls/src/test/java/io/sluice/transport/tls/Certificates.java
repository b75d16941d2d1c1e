package io.sluice.transport.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Certificates made by openssl in a folder of the test. */
final class Certificates {

    private final Path folder;

    Certificates(Path folder) {
        this.folder = folder;
    }

    static boolean canBeMade() {
        try {
            return new ProcessBuilder("openssl", "version").start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** An issuer; gives the path of its certificate. */
    String issuer(String name) throws Exception {
        openssl(
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-keyout",
                key(name),
                "-out",
                certificate(name),
                "-subj",
                "/CN=" + name,
                "-days",
                "30",
                "-addext",
                "basicConstraints=critical,CA:TRUE",
                "-addext",
                "keyUsage=critical,keyCertSign");
        return certificate(name);
    }

    /**
     * A leaf.
     *
     * @param names as {@code DNS:a.test,IP:127.0.0.1}
     * @param dates first and last moment, as {@code openssl ca} wants them; today is among them by default
     */
    String leaf(String name, String issuer, String names, String... dates) throws Exception {
        return leafWith(List.of("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), name, issuer, names, dates);
    }

    /** @param key its algorithm, as {@code openssl req -newkey} wants it */
    String leafWith(List<String> key, String name, String issuer, String names, String... dates) throws Exception {
        Path extensions = folder.resolve(name + ".ext");
        Files.writeString(extensions, "subjectAltName=" + names + "\nbasicConstraints=CA:FALSE\n");
        List<String> request = new ArrayList<>(List.of("req", "-newkey"));
        request.addAll(key);
        request.addAll(List.of(
                "-nodes",
                "-keyout",
                key(name),
                "-out",
                folder.resolve(name + ".csr").toString(),
                "-subj",
                "/CN=" + name));
        openssl(request.toArray(String[]::new));
        String from = dates.length == 0 ? "20250101000000Z" : dates[0];
        String to = dates.length == 0 ? "20990101000000Z" : dates[1];
        Path settings = folder.resolve("ca.cnf");
        Files.writeString(
                settings,
                "[ca]\ndefault_ca=d\n[d]\ndatabase=" + folder.resolve("index.txt") + "\nserial="
                        + folder.resolve("serial") + "\npolicy=p\n[p]\ncommonName=supplied\n");
        Files.writeString(folder.resolve("index.txt"), "");
        openssl(
                "ca",
                "-batch",
                "-config",
                settings.toString(),
                "-cert",
                certificate(issuer),
                "-keyfile",
                key(issuer),
                "-md",
                "sha256",
                "-create_serial",
                "-notext",
                "-outdir",
                folder.toString(),
                "-startdate",
                from,
                "-enddate",
                to,
                "-extfile",
                extensions.toString(),
                "-in",
                folder.resolve(name + ".csr").toString(),
                "-out",
                certificate(name));
        Files.writeString(
                Path.of(certificate(name)),
                Files.readString(Path.of(certificate(name))) + Files.readString(Path.of(certificate(issuer))));
        return certificate(name);
    }

    String certificate(String name) {
        return folder.resolve(name + ".pem").toString();
    }

    String key(String name) {
        return folder.resolve(name + ".key").toString();
    }

    void openssl(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Path log = folder.resolve("openssl.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError(command + ": " + Files.readString(log));
        }
    }
}
