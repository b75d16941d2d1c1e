package io.sluice.shadowsocks.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.crypto.Aead;
import io.sluice.shadowsocks.stream.StreamRig.End;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is cut, altered or invented: nothing wrong is passed on, and nothing short looks complete. */
class StreamDamageTest {

    /** A stream of three chunks, ended by FIN after every possible octet: only at a boundary is that an end. */
    @ParameterizedTest
    @EnumSource
    void response_cutAtEveryOctet(Method method) {
        StreamRig rig = new StreamRig(method);
        byte[] whole = rig.payload(30);
        for (int cut = 0; ; cut++) {
            End client = rig.client();
            End server = rig.server();
            client.say(rig.payload(1));
            server.hear(client.sent());
            server.say(Arrays.copyOf(whole, 10));
            byte[] response = server.sent();
            int first = response.length;
            server.say(Arrays.copyOfRange(whole, 10, 30));
            byte[] second = server.sent();
            response = join(response, second);
            if (cut > response.length) {
                client.close();
                server.close();
                return;
            }
            client.hear(response, 0, cut);
            client.hearFin();
            boolean orderly = cut == 0
                    || cut == first
                    || cut == response.length
                    // SIP004: a salt alone says nothing yet, and then there is an empty stream.
                    || !method.is2022() && cut == method.saltLength();
            assertThat(client.faults)
                    .as("cut after %d of %d", cut, response.length)
                    .isEqualTo(orderly ? List.of() : List.of(Fault.TRUNCATED));
            byte[] received = client.received();
            assertThat(Arrays.copyOf(whole, received.length)).isEqualTo(received);
            client.close();
            server.close();
        }
    }

    /** The same for a close without FIN, as with SO_LINGER or after half-closure was switched off. */
    @ParameterizedTest
    @EnumSource
    void request_cutAtEveryOctet_thenClosed(Method method) {
        StreamRig rig = new StreamRig(method);
        for (int cut = 0; ; cut++) {
            rig.requests.clear();
            End client = rig.client();
            client.say(rig.payload(10));
            byte[] request = client.sent();
            client.say(rig.payload(20));
            byte[] more = client.sent();
            client.close();
            byte[] all = join(request, more);
            if (cut > all.length) {
                return;
            }
            End server = rig.server();
            server.hear(all, 0, cut);
            if (cut < request.length) {
                assertThat(rig.requests).as("cut after %d", cut).isEmpty();
                assertThat(server.received()).isEmpty();
            }
            server.channel.close();
            if (cut > request.length && cut < all.length) {
                assertThat(server.faults).as("cut after %d", cut).containsExactly(Fault.TRUNCATED);
            }
            server.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyBit_flippedOnce(Method method) {
        // SIP022 §3.1.4: a salt is remembered with the fixed-length header, so damage behind that uses the request up.
        int head = method.is2022() ? method.saltLength() + 27 : Integer.MAX_VALUE;
        StreamRig rig = new StreamRig(method);
        byte[] request = rig.request(20);
        for (int bit = 0; bit < request.length * 8; bit += bit < head * 8L ? 1 : 7) {
            if (bit / 8 >= head) {
                rig = new StreamRig(method);
                rig.requests.clear();
            } else if (bit / 8 == head - 1 && bit % 8 == 7) {
                refused(rig, request, bit);
                takes(rig, request);
                continue;
            }
            refused(rig, request, bit);
        }
        if (!method.is2022()) {
            takes(rig, request);
        }
    }

    private static void refused(StreamRig rig, byte[] request, int bit) {
        byte[] altered = request.clone();
        altered[bit / 8] ^= (byte) (1 << bit % 8);
        End server = rig.server();
        server.hear(altered);
        assertThat(server.received()).as("bit %d", bit).isEmpty();
        assertThat(rig.requests).as("bit %d", bit).isEmpty();
        assertThat(server.faults).as("bit %d", bit).containsExactly(Fault.NOT_GENUINE);
        server.close();
    }

    private static void takes(StreamRig rig, byte[] request) {
        End server = rig.server();
        server.hear(request);
        assertThat(rig.requests).as("the request itself").hasSize(1);
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void wrongKey_nothingComesThrough(Method method) {
        StreamRig rig = new StreamRig(method);
        StreamRig other = new StreamRig(
                method, ClientKeys.of(method, StreamRig.password(method, 2)), StreamRig.password(method, 2), Map.of());
        End server = rig.server();
        server.hear(other.request(100));
        assertThat(server.faults).containsExactly(Fault.NOT_GENUINE);
        assertThat(rig.requests).isEmpty();
        server.hear(new byte[1_000]);
        server.hearFin();
        assertThat(server.faults).hasSize(1);
        assertThat(server.ended).isTrue();
        server.close();

        End client = rig.client();
        client.say(rig.payload(1));
        client.sent();
        End impostor = other.server();
        impostor.hear(other.request(1));
        impostor.say(rig.payload(10));
        client.hear(impostor.sent());
        assertThat(client.faults.size() + client.received().length)
                .as("either a fault, or a chunk that is not whole yet")
                .isEqualTo(1);
        client.close();
        impostor.close();
    }

    /** P12 at the codec: random octets of every length, then FIN. Only one outcome: no request, no answer. */
    @ParameterizedTest
    @EnumSource
    void probes(Method method) {
        Random random = new Random(1);
        StreamRig rig = new StreamRig(method);
        for (int length = 1; length <= 220; length++) {
            byte[] probe = new byte[length];
            random.nextBytes(probe);
            End server = rig.server();
            for (int i = 0; i < length; i++) {
                server.hear(probe, i, i + 1);
            }
            server.hearFin();
            assertThat(server.sent()).isEmpty();
            assertThat(server.ended).isTrue();
            assertThat(server.channel.isOpen()).isTrue();
            server.close();
            End again = rig.server();
            again.hear(probe);
            again.hearFin();
            assertThat(again.sent()).isEmpty();
            assertThat(again.ended).isTrue();
            if (length < method.saltLength()) {
                // As much is done about it as about one that can be tried: the time tells nothing.
                assertThat(again.faults).containsExactly(Fault.SHORT);
            }
            again.close();
        }
        End silent = rig.server();
        silent.hearFin();
        assertThat(silent.faults).as("who only came and went").isEmpty();
        silent.close();
        assertThat(rig.requests).isEmpty();
    }

    /** SIP022 §3.1.3: what is cut is refused, also where the octets that are missing are zeros. */
    @ParameterizedTest
    @EnumSource(names = "BLAKE3_.*", mode = EnumSource.Mode.MATCH_ANY)
    void headerThatLacksZeros_isRefused(Method method) {
        StreamRig rig = new StreamRig(method);
        int whole = method.saltLength() + 1 + 8 + 2 + Aead.TAG_LENGTH;
        byte[] request;
        do {
            request = rig.request(50);
        } while (request[whole - 1] != 0);
        End server = rig.server();
        server.hear(request, 0, whole - 1);
        assertThat(server.faults).containsExactly(Fault.SHORT);
        server.close();
        End again = rig.server();
        again.hear(request);
        assertThat(again.faults).as("its salt was not remembered").isEmpty();
        assertThat(rig.requests).hasSize(1);
        again.close();
    }

    /** P10: a first flight that was recorded. */
    @ParameterizedTest
    @EnumSource
    void replayedRequests_areRefused(Method method) {
        StreamRig rig = new StreamRig(method);
        int accepted = 0;
        for (int i = 0; i < 1_000; i++) {
            byte[] request = rig.request(50);
            End server = rig.server();
            server.hear(request);
            server.close();
            accepted++;
            assertThat(rig.requests).hasSize(accepted);
            End again = rig.server();
            again.hear(request);
            assertThat(again.faults).containsExactly(Fault.REPLAYED);
            again.close();
            assertThat(rig.requests).hasSize(accepted);
        }
    }

    /** A server's own response, sent to it as a request: SIP004 cannot tell them apart but by the salt. */
    @ParameterizedTest
    @EnumSource
    void reflectedResponse_isRefused(Method method) {
        StreamRig rig = new StreamRig(method);
        End server = rig.server();
        server.hear(rig.request(5));
        // What looks like an address, and padding.
        byte[] payload = new byte[200];
        payload[0] = 1;
        server.say(payload);
        byte[] response = server.sent();
        server.close();
        End mirror = rig.server();
        mirror.hear(response);
        assertThat(mirror.faults).hasSize(1);
        assertThat(rig.requests).hasSize(1);
        mirror.close();
    }

    @Test
    void oversizeLength_isRefused() {
        StreamRig rig = new StreamRig(Method.AES_128_GCM);
        End server = rig.server();
        server.hear(Forged.aeadRequest(rig, 0x4000));
        assertThat(server.faults).containsExactly(Fault.LENGTH);
        server.close();
    }

    @Test
    void addressInSeveralChunks_isJoined() {
        StreamRig rig = new StreamRig(Method.AES_128_GCM);
        End server = rig.server();
        server.hear(Forged.chunks(
                rig,
                new byte[] {3},
                new byte[] {11},
                "example".getBytes(StandardCharsets.US_ASCII),
                ".org".getBytes(StandardCharsets.US_ASCII),
                new byte[] {1},
                new byte[] {(byte) 0xBB, 42}));
        assertThat(rig.requests.getFirst().destination()).isEqualTo(StreamRig.DESTINATION);
        assertThat(server.received()).containsExactly(42);
        server.close();
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
