package io.sluice.flow.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramRequest;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.policy.Decision;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatagramSessionTest {

    private final VirtualLoop virtual = new VirtualLoop();
    private final FakeSelector selector = new FakeSelector();
    private final FakeOutbound out = new FakeOutbound("out", Capability.UDP);
    private final FakeOutbound other = new FakeOutbound("other", Capability.UDP);
    private final FlowEngine engine = new FlowEngine(FlowSettings.DEFAULTS, InstantSource.system());
    private final List<CloseReason> rejected = new ArrayList<>();
    private FakePort client = new FakePort(virtual.loop);
    private final FakePort remote = new FakePort(virtual.loop);

    @BeforeEach
    void given() {
        engine.selector(selector);
        engine.addOutbound(out, 0);
        engine.addOutbound(other, 0);
    }

    @Test
    void relay_oneSourceManyPeers_oneAssociation() {
        begin(9_000);
        client.arrive("early", peer(9_000));
        open(out, 0, remote);
        client.arrive("a", peer(9_000));
        client.arrive("b", peer(9_001));
        remote.arrive("x", peer(9_001));
        assertThat(remote.sent).containsExactly("9000<early", "9000<a", "9001<b");
        assertThat(client.sent).containsExactly("9001<x");
        assertThat(remote.flushes).isEqualTo(3);
        assertThat(out.requests).hasSize(1);
        assertThat(selector.asked.get()).isEqualTo(2);
        FlowSnapshot flow = engine.table().live().getFirst();
        assertThat(flow.uplinkBytes()).isEqualTo(7);
        assertThat(flow.downlinkBytes()).isEqualTo(1);
    }

    @Test
    void policy_perDestination_eachOutboundHasItsAssociation() {
        selector.rule = source -> source.destination().getPort() == 9_001
                ? new Decision.Outbound("other", "r")
                : new Decision.Outbound("out", "r");
        begin(9_000);
        open(out, 0, remote);
        FakePort second = new FakePort(virtual.loop);
        client.arrive("b", peer(9_001));
        open(other, 0, second);
        assertThat(second.sent).containsExactly("9001<b");
        assertThat(engine.table().live()).hasSize(2);
        second.close(CloseReason.REMOTE_ABORTED);
        virtual.run();
        assertThat(client.closed.isDone()).isFalse();
        remote.close(CloseReason.REMOTE_ABORTED);
        virtual.run();
        assertThat(client.closed.getNow()).isEqualTo(CloseReason.REMOTE_ABORTED);
        assertThat(engine.table().live()).isEmpty();
    }

    @Test
    void destination_rejected_clientHearsOnceDecidedAndAgainAfterRulesChange() {
        selector.rule = source -> source.destination().getPort() == 9_001
                ? new Decision.Reject(false, "r")
                : new Decision.Outbound("out", "r");
        begin(9_000);
        open(out, 0, remote);
        client.arrive("b", peer(9_001));
        client.arrive("b", peer(9_001));
        assertThat(client.unreachable).containsExactly("9001 POLICY_REJECTED", "9001 POLICY_REJECTED");
        assertThat(selector.asked.get()).isEqualTo(2);
        selector.rule = source -> new Decision.Outbound("out", "r");
        engine.selector(selector);
        client.arrive("c", peer(9_001));
        assertThat(remote.sent).containsExactly("9001<c");
    }

    /** The answer is of the rules before, and the rules of now are in force when the client's next datagram comes. */
    @Test
    void destination_refusedWhileTheRulesChange_isAskedForAgain() {
        FakeSelector next = new FakeSelector();
        selector.rule = source -> {
            if (source.destination().getPort() == 9_001) {
                engine.selector(next);
                return new Decision.Reject(false, "r");
            }
            return new Decision.Outbound("out", "r");
        };
        begin(9_000);
        open(out, 0, remote);
        client.arrive("b", peer(9_001));
        client.arrive("c", peer(9_001));
        assertThat(client.unreachable).containsExactly("9001 POLICY_REJECTED");
        assertThat(remote.sent).containsExactly("9001<c");
    }

    /** Room comes without anything of the configuration having changed. */
    @Test
    void destination_refusedForWantOfRoom_isTakenOnceThereIsSome() {
        FlowSettings usual = FlowSettings.DEFAULTS;
        engine.settings(new FlowSettings(
                usual.accept(),
                usual.connectTimeout(),
                usual.tcpIdle(),
                usual.halfClosedIdle(),
                usual.udpIdle(),
                usual.dnsIdle(),
                usual.drainTimeout(),
                2));
        selector.rule = source -> new Decision.Outbound(source.destination().getPort() == 9_001 ? "other" : "out", "r");
        begin(9_000);
        FakePort first = client;
        client = new FakePort(virtual.loop);
        begin(9_000);
        first.arrive("b", peer(9_001));
        assertThat(first.unreachable).containsExactly("9001 LIMIT_REACHED");
        client.close(CloseReason.CLIENT_ABORTED);
        virtual.run();
        first.arrive("c", peer(9_001));
        assertThat(other.requests).hasSize(1);
    }

    @Test
    void queue_whileOpening_isBoundedAndTheRestCounted() {
        begin(9_000);
        for (int i = 0; i < DatagramFlow.MAX_QUEUED_DATAGRAMS + 10; i++) {
            client.arrive("x", peer(9_000));
        }
        ByteBuf large = Unpooled.buffer().writeZero(DatagramFlow.MAX_QUEUED_OCTETS + 1);
        client.receiver.datagram(large, 0, peer(9_000));
        assertThat(large.refCnt()).isZero();
        open(out, 0, remote);
        assertThat(remote.sent).hasSize(DatagramFlow.MAX_QUEUED_DATAGRAMS);
        remote.close(CloseReason.REMOTE_ABORTED);
        virtual.run();
        assertThat(engine.table().recent().getFirst().detail().orElseThrow()).startsWith("11 datagrams");
    }

    @Test
    void open_refused_queueIsReleasedAndTheClientEndsWithTheReason() {
        begin(9_000);
        ByteBuf waiting = Unpooled.buffer().writeZero(5);
        client.receiver.datagram(waiting, 0, peer(9_000));
        out.datagrams.getFirst().setFailure(new ConnectException(CloseReason.PROXY_FAILED, "said no"));
        virtual.run();
        assertThat(waiting.refCnt()).isZero();
        assertThat(client.closed.getNow()).isEqualTo(CloseReason.PROXY_FAILED);
        assertThat(client.unreachable).containsExactly("9000 PROXY_FAILED");
        assertThat(engine.table().recent().getFirst().detail()).contains("said no");
    }

    /** To open an association proves nothing: most protocols send nothing until it is used. */
    @Test
    void refusedTwice_outboundIsInTrouble_untilAnAnswerComes() {
        for (int i = 0; i < 2; i++) {
            client = new FakePort(virtual.loop);
            begin(9_000);
            out.datagrams.get(i).setFailure(new ConnectException(CloseReason.CONNECT_REFUSED, "said no"));
            virtual.run();
        }
        assertThat(engine.table().troubles()).containsOnlyKeys("out");
        client = new FakePort(virtual.loop);
        begin(9_000);
        open(out, 2, remote);
        client.arrive("a", peer(9_000));
        assertThat(engine.table().troubles()).containsOnlyKeys("out");
        remote.arrive("x", peer(9_000));
        assertThat(engine.table().troubles()).isEmpty();
    }

    @Test
    void open_never_endsWithConnectTimeout() {
        begin(9_000);
        virtual.seconds(10);
        assertThat(client.closed.isDone()).isFalse();
        virtual.seconds(2);
        assertThat(client.closed.getNow()).isEqualTo(CloseReason.CONNECT_TIMEOUT);
        assertThat(out.datagrams.getFirst().isCancelled()).isTrue();
    }

    @Test
    void idle_fiveMinutes_ends() {
        begin(9_000);
        open(out, 0, remote);
        client.arrive("a", peer(9_000));
        virtual.seconds(299);
        remote.arrive("b", peer(9_000));
        virtual.seconds(300);
        assertThat(remote.closed.isDone()).isFalse();
        virtual.seconds(2);
        assertThat(remote.closed.getNow()).isEqualTo(CloseReason.IDLE);
        assertThat(client.closed.getNow()).isEqualTo(CloseReason.IDLE);
    }

    @Test
    void idle_dnsAnswered_endsAfterTenSeconds() {
        begin(53);
        open(out, 0, remote);
        client.arrive("q", peer(53));
        virtual.seconds(60);
        assertThat(remote.closed.isDone()).isFalse();
        remote.arrive("a", peer(53));
        virtual.seconds(9);
        assertThat(remote.closed.isDone()).isFalse();
        virtual.seconds(3);
        assertThat(remote.closed.getNow()).isEqualTo(CloseReason.IDLE);
    }

    @Test
    void withdrawn_outbound_drains() {
        begin(9_000);
        open(out, 0, remote);
        engine.removeOutbound(out);
        virtual.run();
        client.arrive("still", peer(9_000));
        assertThat(remote.sent).containsExactly("9000<still");
        assertThat(engine.table().live().getFirst().state()).isEqualTo(FlowSnapshot.State.DRAINING);
        engine.addOutbound(new FakeOutbound("other", Capability.UDP), 0);
        virtual.seconds(4);
        assertThat(remote.closed.isDone()).isFalse();
        virtual.seconds(2);
        assertThat(remote.closed.getNow()).isEqualTo(CloseReason.OUTBOUND_WITHDRAWN);
    }

    /** A changed protocol is a new outbound that is there before the old one goes. */
    @Test
    void withdrawn_outbound_itsSuccessorWasThereBefore() {
        begin(9_000);
        open(out, 0, remote);
        engine.addOutbound(new FakeOutbound("out", Capability.UDP), 0);
        virtual.run();
        assertThat(remote.closed.isDone()).isFalse();
        engine.removeOutbound(out);
        virtual.run();
        assertThat(remote.closed.getNow()).isEqualTo(CloseReason.OUTBOUND_WITHDRAWN);
    }

    @Test
    void withdrawn_outbound_successorWithoutDatagrams_drains() {
        begin(9_000);
        open(out, 0, remote);
        engine.removeOutbound(out);
        engine.addOutbound(new FakeOutbound("out", Capability.TCP), 0);
        virtual.seconds(4);
        assertThat(remote.closed.isDone()).isFalse();
        virtual.seconds(2);
        assertThat(remote.closed.getNow()).isEqualTo(CloseReason.OUTBOUND_WITHDRAWN);
    }

    @Test
    void withdrawn_outbound_itsSuccessorTakesTheSourceAtOnce() {
        begin(9_000);
        open(out, 0, remote);
        engine.removeOutbound(out);
        virtual.run();
        FakeOutbound successor = new FakeOutbound("out", Capability.UDP);
        engine.addOutbound(successor, 0);
        virtual.run();
        assertThat(remote.closed.getNow()).isEqualTo(CloseReason.OUTBOUND_WITHDRAWN);
        assertThat(client.closed.getNow()).isEqualTo(CloseReason.OUTBOUND_WITHDRAWN);
        client = new FakePort(virtual.loop);
        begin(9_000);
        assertThat(successor.requests).hasSize(1);
    }

    @Test
    void client_ends_associationEndsWithItsReason() {
        begin(9_000);
        open(out, 0, remote);
        client.close(CloseReason.INBOUND_WITHDRAWN);
        virtual.run();
        assertThat(remote.closed.getNow()).isEqualTo(CloseReason.INBOUND_WITHDRAWN);
        assertThat(engine.table().live()).isEmpty();
    }

    @Test
    void routes_moreThanTheTableHolds_areForgottenNotRefused() {
        begin(9_000);
        open(out, 0, remote);
        for (int i = 0; i < DatagramSession.MAX_ROUTES + 100; i++) {
            client.arrive("x", peer(10_000 + i));
        }
        client.arrive("y", peer(10_000));
        assertThat(remote.sent).hasSize(DatagramSession.MAX_ROUTES + 101);
        assertThat(selector.asked.get()).isEqualTo(1 + DatagramSession.MAX_ROUTES + 100 + 1);
    }

    @Test
    void request_refused_isRejectedNotAccepted() {
        selector.rule = source -> new Decision.Reject(true, "r");
        begin(9_000);
        assertThat(rejected).containsExactly(CloseReason.POLICY_DROPPED);
        assertThat(client.receiver).isNull();
    }

    private void begin(int port) {
        FlowSource source = new FlowSource(
                Network.UDP, "tun", new InetSocketAddress("192.0.2.1", 4_000), peer(port), Optional.empty());
        engine.datagrams(new DatagramRequest() {
            @Override
            public FlowSource source() {
                return source;
            }

            @Override
            public EventLoop eventLoop() {
                return virtual.loop;
            }

            @Override
            public DatagramPort accept() {
                return client;
            }

            @Override
            public void reject(CloseReason reason) {
                rejected.add(reason);
            }
        });
        virtual.run();
    }

    private void open(FakeOutbound outbound, int index, FakePort port) {
        outbound.datagrams.get(index).setSuccess(port);
        virtual.run();
    }

    private static InetSocketAddress peer(int port) {
        return new InetSocketAddress("198.51.100.1", port);
    }
}
