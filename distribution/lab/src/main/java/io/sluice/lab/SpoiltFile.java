package io.sluice.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;

/**
 * F14: a configuration file as disks, people and crashes leave it. It is never one that makes sense and says something else. The last good configuration is in
 * force then; where that is gone too, nothing passes, and the kill switch says why.
 */
final class SpoiltFile {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long HUGE = 100L << 20;

    private SpoiltFile() {}

    static Injection injection() {
        return Injection.of("F14", "the configuration file is spoilt or gone, and the process killed")
                .within(15)
                .breaking((w, dice) -> {
                    w.box.kill("KILL");
                    make(w.box.configFile(), dice);
                    if (dice.nextInt(4) == 0) {
                        forgetEarlierOnes(w);
                    }
                })
                .healing((w, dice) -> {
                    boolean lost = Files.exists(w.box.configFile()) && !Files.exists(generations(w));
                    w.start();
                    if (lost) {
                        closed(w);
                    }
                    remove(w.box.configFile());
                    w.box.configure(w.config().json());
                    if (lost) {
                        w.box.run("conf", "reload");
                    }
                });
    }

    private static Path generations(World w) {
        return w.box.data().resolve("config");
    }

    /** Where the file is gone as well it would be a first start, with the default. */
    private static void forgetEarlierOnes(World w) throws IOException {
        if (!Files.exists(w.box.configFile())) {
            Files.writeString(w.box.configFile(), "{");
        }
        try (Stream<Path> files = Files.list(generations(w))) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(generations(w));
    }

    /** Nothing is carried, and it is said why and where; that nothing else passes is the observers' to say. */
    private static void closed(World w) {
        String file = w.box.configFile().toString();
        Waiting.until("the kill switch's word for a configuration that is lost", () -> {
            JsonNode now = w.killSwitch();
            return now.path("mode").asText().equals("lockdown")
                    && !now.path("state")
                            .asText()
                            .equals("disarmed") // a tunnel that was up may be, and leads to nowhere
                    && now.path("reason").asText().contains("no valid configuration")
                    && now.path("reason").asText().contains(file);
        });
        if (w.carries()) {
            throw new IllegalStateException("it carries without a configuration");
        }
    }

    private static void make(Path file, Random dice) throws IOException {
        byte[] good = Files.readAllBytes(file);
        int at = dice.nextInt(good.length);
        switch (dice.nextInt(8)) {
            case 0 -> Files.write(file, Arrays.copyOf(good, at));
            case 1 -> Files.write(file, Arrays.copyOf(Arrays.copyOf(good, at), good.length));
            case 2 -> Files.write(file, flipped(good, dice));
            case 3 -> Files.write(file, "{ \"tun\": 7, \"outbounds\": \"x\" }".getBytes(StandardCharsets.US_ASCII));
            case 4 -> Files.write(file, "{ \"version\": 99, \"surprise\": [] }".getBytes(StandardCharsets.US_ASCII));
            case 5 -> Files.delete(file);
            case 6 -> {
                Files.delete(file);
                Files.createDirectory(file);
            }
            default -> {
                try (RandomAccessFile huge = new RandomAccessFile(file.toFile(), "rw")) {
                    huge.setLength(HUGE);
                }
            }
        }
    }

    /** One bit is another, so that it is no JSON any more. */
    private static byte[] flipped(byte[] good, Random dice) throws IOException {
        while (true) {
            byte[] octets = good.clone();
            octets[dice.nextInt(octets.length)] ^= (byte) (1 << dice.nextInt(8));
            try {
                JSON.readTree(octets);
            } catch (JsonProcessingException e) {
                return octets;
            }
        }
    }

    private static void remove(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}
