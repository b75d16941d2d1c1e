package io.sluice.netstack.engine;

import io.sluice.wire.Checksum;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** Makes packets that are nearly right out of recorded ones: flipped, cut, extended, spliced, with lengths and checksums made to fit or not. */
public final class Mutator {

    private static final int MAX_LENGTH = 2_048;

    private final Random random;
    private final List<byte[]> seeds;
    /** Packets that fit what the engine said last. */
    private final byte[][] learned = new byte[64][];

    private int lessons;
    private final byte[] packet = new byte[MAX_LENGTH];
    private int length;

    public Mutator(long seed, List<byte[]> seeds) {
        this.random = new Random(seed);
        this.seeds = seeds;
    }

    public Random random() {
        return random;
    }

    /** The next packet: the first {@link #length} octets. */
    public byte[] next() {
        int kind = random.nextInt(20);
        if (kind == 0) {
            length = random.nextInt(200);
            random.nextBytes(packet);
            if (length > 0 && random.nextBoolean()) {
                packet[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
            }
        } else {
            byte[] seed = seed();
            length = seed.length;
            System.arraycopy(seed, 0, packet, 0, length);
            if (kind > 1) {
                mutate();
            }
        }
        if (random.nextInt(4) != 0) {
            repair();
        }
        return packet;
    }

    /** Adds a packet that goes on with a conversation; it replaces the oldest such. */
    public void learn(ByteBuffer packet) {
        learned[lessons++ % learned.length] = packet.array();
    }

    private byte[] seed() {
        if (lessons > 0 && random.nextInt(3) == 0) {
            return learned[random.nextInt(Math.min(lessons, learned.length))];
        }
        return seeds.get(random.nextInt(seeds.size()));
    }

    public int length() {
        return length;
    }

    private void mutate() {
        for (int i = 1 + random.nextInt(4); i > 0 && length > 0; i--) {
            int at = random.nextInt(random.nextBoolean() ? Math.min(length, 60) : length);
            switch (random.nextInt(7)) {
                case 0 -> packet[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> packet[at] = (byte) random.nextInt(256);
                case 2 -> packet[at] = (byte) (random.nextBoolean() ? 0xff : 0);
                case 3 -> length = at;
                case 4 -> extend(random.nextInt(1_400));
                case 5 -> splice(at);
                default -> {
                    packet[at] = (byte) random.nextInt(256);
                    packet[(at + 1) % length] = (byte) random.nextInt(256);
                }
            }
        }
    }

    private void extend(int octets) {
        int more = Math.min(octets, MAX_LENGTH - length);
        for (int i = 0; i < more; i++) {
            packet[length + i] = (byte) random.nextInt(256);
        }
        length += more;
    }

    /** Goes on as another packet does. */
    private void splice(int at) {
        byte[] other = seeds.get(random.nextInt(seeds.size()));
        int from = random.nextInt(other.length);
        int octets = Math.min(other.length - from, MAX_LENGTH - at);
        System.arraycopy(other, from, packet, at, octets);
        length = at + octets;
    }

    /** Lets the IP header say the true length and, over IPv4, its true checksum: so that what lies behind is looked at. */
    private void repair() {
        ByteBuffer nio = ByteBuffer.wrap(packet);
        if (length >= 40 && packet[0] >> 4 == 6) {
            nio.putShort(4, (short) (length - 40));
        } else if (length >= 20 && packet[0] >> 4 == 4) {
            int header = (packet[0] & 15) * 4;
            nio.putShort(2, (short) length);
            if (header >= 20 && header <= length) {
                nio.putShort(10, (short) 0);
                nio.putShort(10, (short) Checksum.complement(Checksum.sum(nio, 0, header)));
            }
        }
    }
}
