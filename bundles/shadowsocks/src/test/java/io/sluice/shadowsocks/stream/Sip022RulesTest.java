package io.sluice.shadowsocks.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.stream.StreamRig.End;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a server and a client of SIP022 must refuse (§3.1.3, §3.1.4), and how far what they must take goes. */
class Sip022RulesTest {

    private static void refuses(Method method, Fault fault, Consumer<Forged.Request> forge) {
        StreamRig rig = new StreamRig(method);
        Forged.Request request = new Forged.Request(rig);
        forge.accept(request);
        End server = rig.server();
        server.hear(request.octets());
        assertThat(server.faults).containsExactly(fault);
        assertThat(rig.requests).isEmpty();
        server.close();
    }

    private static void takes(Method method, Consumer<Forged.Request> forge) {
        StreamRig rig = new StreamRig(method);
        Forged.Request request = new Forged.Request(rig);
        forge.accept(request);
        End server = rig.server();
        server.hear(request.octets());
        assertThat(server.faults).isEmpty();
        assertThat(rig.requests).hasSize(1);
        server.close();
    }

    @ParameterizedTest
    @EnumSource(names = "BLAKE3_.*", mode = EnumSource.Mode.MATCH_ANY)
    void request_time(Method method) {
        refuses(method, Fault.TIME, r -> r.time += 31);
        refuses(method, Fault.TIME, r -> r.time -= 31);
        refuses(method, Fault.TIME, r -> r.time = -1);
        refuses(method, Fault.TIME, r -> r.time = Long.MIN_VALUE);
        takes(method, r -> r.time += 30);
        takes(method, r -> r.time -= 30);
    }

    @ParameterizedTest
    @EnumSource(names = "BLAKE3_.*", mode = EnumSource.Mode.MATCH_ANY)
    void request_header(Method method) {
        refuses(method, Fault.HEADER, r -> r.type = 1);
        refuses(method, Fault.HEADER, r -> r.type = 255);
        refuses(method, Fault.HEADER, r -> {
            r.padding = 0;
            r.payload = 0;
        });
        refuses(method, Fault.HEADER, r -> r.padding = 901);
        refuses(method, Fault.HEADER, r -> r.announcedPadding = 16);
        takes(method, r -> r.padding = 900);
        takes(method, r -> r.padding = 0);
        takes(method, r -> r.payload = 0);
        takes(method, r -> r.announcedPadding = 15);
    }

    @ParameterizedTest
    @EnumSource(names = "BLAKE3_.*", mode = EnumSource.Mode.MATCH_ANY)
    void request_again(Method method) {
        StreamRig rig = new StreamRig(method);
        byte[] request = rig.request(10);
        End first = rig.server();
        first.hear(request);
        assertThat(rig.requests).hasSize(1);
        first.close();
        for (int at : new int[] {1, 29}) {
            StreamRig.End again = rig.server();
            rig.advance(at == 1 ? 1 : 28);
            again.hear(request);
            assertThat(again.faults).as("after %d s", at).containsExactly(Fault.REPLAYED);
            again.close();
        }
        for (int step : new int[] {30, 2}) {
            rig.advance(step);
            End again = rig.server();
            again.hear(request);
            assertThat(again.faults).as("after 59 s and 61 s").containsExactly(Fault.TIME);
            again.close();
        }
        // A request of a clock that runs ahead stays current for longer, and is known for as long.
        rig.epoch += 29;
        byte[] ahead = rig.request(10);
        rig.epoch -= 29;
        End server = rig.server();
        server.hear(ahead);
        assertThat(rig.requests).hasSize(2);
        server.close();
        rig.advance(59);
        End late = rig.server();
        late.hear(ahead);
        assertThat(late.faults).containsExactly(Fault.REPLAYED);
        late.close();
        rig.advance(2);
        End later = rig.server();
        later.hear(ahead);
        assertThat(later.faults).containsExactly(Fault.TIME);
        later.close();
    }

    @ParameterizedTest
    @EnumSource(names = "BLAKE3_.*", mode = EnumSource.Mode.MATCH_ANY)
    void request_inTwoReads(Method method) {
        StreamRig rig = new StreamRig(method);
        byte[] request = rig.request(10);
        End server = rig.server();
        server.hear(request, 0, method.saltLength() + 26);
        server.hear(request, method.saltLength() + 26, request.length);
        assertThat(server.faults).containsExactly(Fault.SHORT);
        assertThat(rig.requests).isEmpty();
        server.close();
    }

    @ParameterizedTest
    @EnumSource(names = "BLAKE3_.*", mode = EnumSource.Mode.MATCH_ANY)
    void response(Method method) {
        response(method, null, 1, 0, 0);
        response(method, Fault.HEADER, 0, 0, 0);
        response(method, Fault.TIME, 1, 31, 0);
        response(method, Fault.TIME, 1, -31, 0);
        response(method, null, 1, -30, 0);
        response(method, Fault.ANOTHER_REQUEST, 1, 0, 1);
    }

    private static void response(Method method, Fault fault, int type, int off, int alter) {
        StreamRig rig = new StreamRig(method);
        End client = rig.client();
        client.say(rig.payload(1));
        byte[] salt = Arrays.copyOf(client.sent(), method.saltLength());
        salt[3] ^= (byte) alter;
        client.hear(Forged.response(rig, type, rig.epoch + off, salt));
        if (fault == null) {
            assertThat(client.received()).hasSize(3);
            assertThat(client.faults).isEmpty();
        } else {
            assertThat(client.faults).containsExactly(fault);
            assertThat(client.received()).isEmpty();
        }
        client.close();
    }

    /** §3.1.3: payload or padding is always there, and padding is as random as the salt. */
    @ParameterizedTest
    @EnumSource(names = "BLAKE3_.*", mode = EnumSource.Mode.MATCH_ANY)
    void ownRequests_varyInLength(Method method) {
        StreamRig rig = new StreamRig(method);
        long lengths = IntStream.range(0, 50)
                .map(i -> rig.request(100).length)
                .distinct()
                .count();
        assertThat(lengths).isGreaterThan(20);
    }
}
