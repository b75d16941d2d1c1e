package io.sluice.shadowsocks.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.sluice.shadowsocks.ClientKeys;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.stream.StreamRig.End;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Client and server with each other, all methods. */
class StreamConversationTest {

    @ParameterizedTest
    @EnumSource
    void bothWays_everySize(Method method) {
        int max = method.edition().maxChunk();
        StreamRig rig = new StreamRig(method);
        for (int size : new int[] {1, 2, 899, 900, 901, 1_460, max - 300, max - 1, max, max + 1, 200_000}) {
            End client = rig.client();
            End server = rig.server();
            client.say(rig.payload(size));
            server.hear(client.sent());
            assertThat(rig.requests.getLast().destination()).isEqualTo(StreamRig.DESTINATION);
            assertThat(Arrays.equals(server.received(), rig.payload(size)))
                    .as("%d octets up", size)
                    .isTrue();
            server.say(rig.payload(size));
            client.hear(server.sent());
            assertThat(Arrays.equals(client.received(), rig.payload(size)))
                    .as("%d octets down", size)
                    .isTrue();
            server.hearFin();
            client.hearFin();
            assertThat(server.ended && client.ended).isTrue();
            assertThat(client.faults).isEmpty();
            assertThat(server.faults).isEmpty();
            client.close();
            server.close();
        }
        assertThat(rig.answers).isEqualTo(11);
    }

    /** What is cut into any pieces on its way is joined again; with SIP022 the server's first read is one piece. */
    @ParameterizedTest
    @EnumSource
    void piecesOfAnySize(Method method) {
        Random random = new Random(7);
        StreamRig rig = new StreamRig(method);
        End client = rig.client();
        End server = rig.server();
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        for (int i = 0; i < 200; i++) {
            byte[] some = rig.payload(1 + random.nextInt(i % 20 == 0 ? 70_000 : 2_000));
            said.writeBytes(some);
            client.say(some);
            hearInPieces(server, client.sent(), random, i == 0 && method.is2022() ? 1_000 : 0);
            server.say(some);
            hearInPieces(client, server.sent(), random, 0);
        }
        assertThat(Arrays.equals(server.received(), said.toByteArray())).isTrue();
        assertThat(Arrays.equals(client.received(), said.toByteArray())).isTrue();
        client.close();
        server.close();
    }

    private static void hearInPieces(End end, byte[] octets, Random random, int first) {
        int at = Math.min(first, octets.length);
        if (at > 0) {
            end.hear(octets, 0, at);
        }
        while (at < octets.length) {
            int next = Math.min(octets.length, at + 1 + random.nextInt(random.nextBoolean() ? 10 : 5_000));
            end.hear(octets, at, next);
            at = next;
        }
    }

    @ParameterizedTest
    @EnumSource
    void octetByOctet(Method method) {
        StreamRig rig = new StreamRig(method);
        End client = rig.client();
        End server = rig.server();
        client.say(rig.payload(300));
        byte[] request = client.sent();
        int together = method.is2022() ? method.saltLength() + 27 : 1;
        server.hear(request, 0, together);
        for (int i = together; i < request.length; i++) {
            server.hear(request, i, i + 1);
        }
        assertThat(server.received()).isEqualTo(rig.payload(300));
        server.say(rig.payload(300));
        byte[] response = server.sent();
        for (int i = 0; i < response.length; i++) {
            client.hear(response, i, i + 1);
        }
        assertThat(client.received()).isEqualTo(rig.payload(300));
        client.close();
        server.close();
    }

    /** For protocols where the server speaks first. */
    @ParameterizedTest
    @EnumSource
    void nobodyWrites_theRequestGoesOutAfterAWhile(Method method) {
        StreamRig rig = new StreamRig(method);
        End client = rig.client();
        End server = rig.server();
        assertThat(client.sent()).isEmpty();
        client.channel.advanceTimeBy(ClientStreamCodec.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        client.channel.runScheduledPendingTasks();
        byte[] request = client.sent();
        server.hear(request);
        assertThat(rig.requests).hasSize(1);
        assertThat(server.received()).isEmpty();
        server.say(rig.payload(10));
        client.hear(server.sent());
        assertThat(client.received()).isEqualTo(rig.payload(10));
        client.close();
        server.close();
    }

    /** A client that only closes its half: the request goes out all the same, and the future tells when. */
    @ParameterizedTest
    @EnumSource
    void emptyWrite_flushesTheRequest(Method method) {
        StreamRig rig = new StreamRig(method);
        End client = rig.client();
        ChannelFuture written = client.channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
        assertThat(written.isSuccess()).isTrue();
        End server = rig.server();
        server.hear(client.sent());
        assertThat(rig.requests).hasSize(1);
        assertThat(server.channel.writeAndFlush(Unpooled.EMPTY_BUFFER).isSuccess())
                .isTrue();
        assertThat(server.sent()).as("a response begins with payload").isEmpty();
        client.close();
        server.close();
    }

    @Test
    void promises_areKeptInOrder_alsoOfManyWritesInOneChunk() {
        StreamRig rig = new StreamRig(Method.AES_128_GCM);
        End client = rig.client();
        List<ChannelFuture> written = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            written.add(client.channel.write(Unpooled.copiedBuffer(rig.payload(1_000))));
        }
        assertThat(written.getLast().isDone()).isFalse();
        written.add(client.channel.write(Unpooled.EMPTY_BUFFER));
        ChannelFuture cancelled = client.channel.write(Unpooled.copiedBuffer(new byte[] {1}));
        cancelled.cancel(false);
        client.channel.flush();
        assertThat(written).allMatch(ChannelFuture::isSuccess);
        End server = rig.server();
        server.hear(client.sent());
        assertThat(server.received()).hasSize(50_001);
        client.close();
        server.close();
    }

    @Test
    void chunksAreAsLargeAsAllowed_andNoLarger() {
        StreamRig rig = new StreamRig(Method.AES_128_GCM);
        End client = rig.client();
        client.say(rig.payload(10));
        client.sent();
        for (int i = 0; i < 100; i++) {
            client.channel.write(Unpooled.copiedBuffer(rig.payload(1_000)));
        }
        List<Integer> sizes = new ArrayList<>();
        client.channel.flush();
        for (ByteBuf next = client.channel.readOutbound(); next != null; next = client.channel.readOutbound()) {
            sizes.add(next.readableBytes());
            next.release();
        }
        int full = 0x3FFF + 2 + 16 + 16;
        assertThat(sizes).containsExactly(full, full, full, full, full, full, 100_000 - 6 * 0x3FFF + 34);
        client.close();
    }

    @Test
    void identityHeaders_leadToTheUser() {
        for (Method method : List.of(Method.BLAKE3_AES_128_GCM, Method.BLAKE3_AES_256_GCM)) {
            String own = StreamRig.password(method, 1);
            Map<String, String> users =
                    Map.of("alice", StreamRig.password(method, 2), "bob", StreamRig.password(method, 3));
            ClientKeys bob = ClientKeys.of(method, own + ":" + StreamRig.password(method, 3));
            StreamRig rig = new StreamRig(method, bob, own, users);
            End client = rig.client();
            End server = rig.server();
            client.say(rig.payload(100));
            server.hear(client.sent());
            assertThat(rig.requests.getFirst().user()).contains("bob");
            server.say(rig.payload(5));
            client.hear(server.sent());
            assertThat(client.received()).isEqualTo(rig.payload(5));
            client.close();
            server.close();

            ClientKeys nobody = ClientKeys.of(method, own + ":" + StreamRig.password(method, 9));
            StreamRig stranger = new StreamRig(method, nobody, own, users);
            End refused = stranger.server();
            refused.hear(stranger.request(100));
            assertThat(refused.faults).containsExactly(Fault.UNKNOWN_USER);
            refused.close();
        }
    }

    /** Two layers: a relay's key first. What the relay would do is done here by hand: take its header off. */
    @Test
    void identityHeaders_ofARelayAndAServer() {
        Method method = Method.BLAKE3_AES_128_GCM;
        String relay = StreamRig.password(method, 1);
        String own = StreamRig.password(method, 2);
        String user = StreamRig.password(method, 3);
        ClientKeys keys = ClientKeys.of(method, relay + ":" + own + ":" + user);
        StreamRig rig = new StreamRig(method, keys, own, Map.of("carol", user));
        byte[] sent = rig.request(77);
        byte[] relayed = new byte[sent.length - 16];
        System.arraycopy(sent, 0, relayed, 0, 16);
        System.arraycopy(sent, 32, relayed, 16, sent.length - 32);
        End server = rig.server();
        server.hear(relayed);
        assertThat(rig.requests.getFirst().user()).contains("carol");
        assertThat(server.received()).isEqualTo(rig.payload(77));
        server.close();
    }
}
