package io.sluice.api.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The compiled sets against a matcher that tries everything in turn. */
class SetsPropertyTest {

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void prefixes_random_agreeWithOneByOne(long seed) throws Exception {
        Random random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            List<IpPrefix> prefixes = new ArrayList<>();
            for (int n = random.nextInt(40); n > 0; n--) {
                InetAddress address = address(random);
                int bits = address.getAddress().length * 8;
                prefixes.add(new IpPrefix(address, random.nextInt(bits + 1)).network());
            }
            PrefixSet set = new PrefixSet(prefixes);
            for (int probe = 0; probe < 200; probe++) {
                InetAddress address = probe % 3 == 0 && !prefixes.isEmpty()
                        ? edge(prefixes.get(random.nextInt(prefixes.size())), random)
                        : address(random);
                boolean expected = prefixes.stream().anyMatch(p -> p.network().contains(address));
                assertThat(set.contains(address))
                        .as("%s in %s", address, prefixes)
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14})
    void ports_random_agreeWithOneByOne(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 100; round++) {
            List<int[]> ranges = new ArrayList<>();
            for (int n = random.nextInt(10); n > 0; n--) {
                int first = random.nextInt(300);
                ranges.add(new int[] {first, first + random.nextInt(40)});
            }
            PortSet set = new PortSet(ranges);
            for (int port = 0; port < 360; port++) {
                int probe = port;
                assertThat(set.contains(port)).isEqualTo(ranges.stream().anyMatch(r -> r[0] <= probe && probe <= r[1]));
            }
        }
    }

    @Test
    void prefixes_hundredThousand_areFoundAndNeighboursAreNot() throws Exception {
        List<IpPrefix> prefixes = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            // Every second /24, so that nothing merges.
            prefixes.add(new IpPrefix(ofInt(i << 9), 24));
        }
        PrefixSet set = new PrefixSet(prefixes);
        for (int i = 0; i < 100_000; i += 97) {
            assertThat(set.contains(ofInt((i << 9) + 255))).isTrue();
            assertThat(set.contains(ofInt((i << 9) + 256))).isFalse();
        }
    }

    @Test
    void mappedAddress_isTheIpv4AddressInIt() throws Exception {
        byte[] octets = new byte[16];
        octets[10] = octets[11] = (byte) 0xff;
        octets[12] = 127;
        octets[15] = 1;
        InetAddress mapped = Inet6Address.getByAddress("mapped", octets, 0);
        assertThat(mapped).isInstanceOf(Inet6Address.class);
        assertThat(new PrefixSet(List.of(IpPrefix.parse("127.0.0.0/8"))).contains(mapped))
                .isTrue();
        assertThat(new PrefixSet(List.of(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("::/127"))).contains(mapped))
                .isFalse();
    }

    private static InetAddress ofInt(int value) throws UnknownHostException {
        return InetAddress.getByAddress(
                new byte[] {(byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value});
    }

    /** Few different octets, so that prefixes nest and touch. */
    private static InetAddress address(Random random) throws UnknownHostException {
        byte[] octets = new byte[random.nextBoolean() ? 4 : 16];
        byte[] choice = {0, 1, 127, (byte) 128, (byte) 255};
        for (int i = 0; i < octets.length; i++) {
            octets[i] = choice[random.nextInt(choice.length)];
        }
        if (octets.length == 16) {
            octets[0] = 0x20; // not IPv4-mapped
        }
        return InetAddress.getByAddress(octets);
    }

    /** First or last address of a prefix, or the one just outside. */
    private static InetAddress edge(IpPrefix prefix, Random random) throws UnknownHostException {
        byte[] octets = prefix.address().getAddress();
        boolean last = random.nextBoolean();
        if (last) {
            for (int bit = prefix.length(); bit < octets.length * 8; bit++) {
                octets[bit >> 3] |= (byte) (0x80 >> (bit & 7));
            }
        }
        if (random.nextBoolean()) {
            byte carry = (byte) (last ? 1 : -1);
            for (int i = octets.length - 1; i >= 0; i--) {
                octets[i] += carry;
                if (octets[i] != (last ? 0 : (byte) 0xff)) {
                    break;
                }
            }
        }
        return InetAddress.getByAddress(octets);
    }
}
