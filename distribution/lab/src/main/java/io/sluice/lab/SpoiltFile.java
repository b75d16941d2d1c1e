package io.sluice.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** A configuration file as disks, people and crashes leave it. It is never one that makes sense and says something else. */
final class SpoiltFile {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long HUGE = 100L << 20;

    private SpoiltFile() {}

    static void make(Path file, Random dice) throws IOException {
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

    static void remove(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}
