package io.sluice.blackbox;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** What an attacker, a scanner or a broken program sends: dice, and what a good client says, cut off, altered, or followed by dice. */
final class HostileBytes {

    /** A little more than the proxies' largest handshake and Jetty's largest header. */
    private static final int MAX_DICE = 10_000;

    private final RandomGenerator dice;
    private final List<byte[]> good;

    /** @param good what a good client may say to the listener */
    HostileBytes(RandomGenerator dice, List<byte[]> good) {
        this.dice = dice;
        this.good = good;
    }

    byte[] next() {
        byte[] message = good.get(dice.nextInt(good.size()));
        return switch (dice.nextInt(5)) {
            case 0 -> random(dice.nextInt(4) == 0 ? MAX_DICE : 64);
            case 1 -> Arrays.copyOf(message, dice.nextInt(message.length + 1));
            case 2 -> altered(message);
            case 3 -> joined(Arrays.copyOf(message, dice.nextInt(message.length + 1)), random(300));
            default -> joined(altered(message), good.get(dice.nextInt(good.size())));
        };
    }

    private byte[] random(int limit) {
        byte[] octets = new byte[dice.nextInt(limit)];
        dice.nextBytes(octets);
        return octets;
    }

    /** Some octets replaced, one taken out or put in. */
    private byte[] altered(byte[] message) {
        byte[] octets = message.clone();
        for (int i = 1 + dice.nextInt(6); i > 0; i--) {
            octets[dice.nextInt(octets.length)] = dice.nextBoolean()
                    ? (byte) dice.nextInt(256)
                    : (byte) (octets[dice.nextInt(octets.length)] ^ 1 << dice.nextInt(8));
        }
        int at = dice.nextInt(octets.length);
        return switch (dice.nextInt(3)) {
            case 0 -> joined(Arrays.copyOf(octets, at), Arrays.copyOfRange(octets, at + 1, octets.length));
            case 1 -> joined(Arrays.copyOf(octets, at), Arrays.copyOfRange(octets, Math.max(0, at - 1), octets.length));
            default -> octets;
        };
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    static byte[] ascii(String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Octets in hexadecimal; blanks are ignored. */
    static byte[] hex(String text) {
        return java.util.HexFormat.of().parseHex(text.replace(" ", ""));
    }
}
