package io.sluice.systemstack.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.netstack.CongestionAlgorithm;
import io.sluice.api.netstack.TcpSettings;
import io.sluice.api.tun.PacketOffload;
import io.sluice.netstack.engine.Counter;
import io.sluice.wire.PacketComposer;
import io.sluice.wire.TcpHeader;
import io.sluice.wire.TcpRepr;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Sessions from their first SYN to their end: one conversation with the client and one with the kernel. */
class TcpNatTest {

    private static final int SYN_ACK = TcpHeader.SYN | TcpHeader.ACK;
    private static final int RST_ACK = TcpHeader.RST | TcpHeader.ACK;
    private static final int FIN_ACK = TcpHeader.FIN | TcpHeader.ACK;

    private NatRig rig = new NatRig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void syn_kernelAnswers_isAcknowledgedInTheClientsName() {
        rig.client(NatRig.syn(1000, 80, 100));
        int port = rig.forwardedSyn();
        rig.kernel(NatRig.synAck(NatRig.LISTENER4, port, 9_000, 101));
        TcpRepr ack = rig.next().tcp();
        assertThat(ack.flags()).isEqualTo(TcpHeader.ACK);
        assertThat(ack.sequence()).isEqualTo(101);
        assertThat(ack.acknowledgment()).isEqualTo(9_001);
        assertThat(ack.window()).as("in the scale that holds now").isEqualTo(64_000 >> 7);
        assertThat(ack.options().timestamps()).contains(new TcpRepr.Timestamps(777, 5_555));
        rig.expectNothing(); // the client hears nothing before the outbound is there
    }

    @Test
    void accept_kernelsOwnSynAckReachesTheClient() {
        rig.offer(1000);
        assertThat(rig.session().accept()).isTrue();
        NatRig.Sent synAck = rig.next();
        assertThat(synAck.source()).isEqualTo(NatRig.HOST4);
        assertThat(synAck.tcp()).isEqualTo(NatRig.synAck(80, 1000, 9_000, 101));
        assertThat(rig.nat.halfOpen()).isEqualTo(1);
        rig.client(NatRig.header(1000, 80, 101, 9_001, TcpHeader.ACK));
        assertThat(rig.next().destination()).isEqualTo(NatRig.OWN4);
        assertThat(rig.nat.halfOpen()).isZero();
        assertThat(rig.nat.connections()).isEqualTo(1);
    }

    @Test
    void reject_clientGetsRstAndKernelIsReset() {
        NatRig.Connection connection = rig.offer(1000);
        rig.session().reject(CloseReason.CONNECT_REFUSED);
        NatRig.Sent rst = rig.next();
        assertThat(rst.destination()).isEqualTo(NatRig.CLIENT4);
        assertThat(rst.tcp().flags()).isEqualTo(RST_ACK);
        assertThat(rst.tcp().acknowledgment()).isEqualTo(101);
        assertThat(connection.resets).isEqualTo(1);
        assertThat(rig.nat.connections()).isZero();
    }

    @Test
    void reject_dropped_silence() {
        rig.offer(1000);
        rig.session().reject(CloseReason.POLICY_DROPPED);
        rig.expectNothing();
        assertThat(rig.session().accept()).as("answered already").isFalse();
    }

    @Test
    void reject_unreachable_saidByIcmp() {
        rig.offer(1000);
        rig.session().reject(CloseReason.UNREACHABLE);
        NatRig.Sent icmp = rig.next();
        assertThat(icmp.octets().get(9)).isEqualTo((byte) 1);
        assertThat(icmp.octets().get(20)).isEqualTo((byte) 3);
        assertThat(icmp.octets().getShort(20 + 8 + 20))
                .as("the quoted SYN's port")
                .isEqualTo((short) 1000);
    }

    @Test
    void synAgain_beforeTheAnswer_nothingIsMade() {
        rig.offer(1000);
        rig.client(NatRig.syn(1000, 80, 100)).expectNothing();
        assertThat(rig.offered).hasSize(1);
        rig.session().accept();
        rig.next();
        rig.client(NatRig.syn(1000, 80, 100));
        assertThat(rig.next().has(SYN_ACK)).as("the answer was lost").isTrue();
        rig.expectCounted(Counter.TCP_DUPLICATE_SYNS, 2);
    }

    @Test
    void synAck_unanswered_sentAgainThenGivenUp() {
        NatRig.Connection connection = rig.offer(1000);
        rig.session().accept();
        rig.next();
        for (long at : new long[] {1_010, 3_020, 7_030, 15_040, 31_050}) {
            rig.at(at);
            assertThat(rig.next().has(SYN_ACK)).isTrue();
        }
        rig.at(63_200).expectNothing();
        assertThat(connection.reason).isEqualTo(CloseReason.CLIENT_ABORTED);
    }

    @Test
    void clientResets_beforeTheAnswer_acceptorIsTold() {
        NatRig.Connection connection = rig.offer(1000);
        rig.client(NatRig.header(1000, 80, 555, 0, TcpHeader.RST));
        assertThat(rig.cancelled).as("a blind one").isZero();
        rig.client(NatRig.header(1000, 80, 101, 0, TcpHeader.RST));
        assertThat(rig.cancelled).isEqualTo(1);
        assertThat(connection.resets).isEqualTo(1);
        assertThat(rig.session().accept()).isFalse();
        rig.expectNothing();
    }

    @Test
    void clientBeginsAnew_beforeTheAnswer_oldOfferCancelled() {
        rig.offer(1000);
        rig.client(NatRig.syn(1000, 80, 70_000));
        assertThat(rig.cancelled).isEqualTo(1);
        assertThat(rig.next().tcp().sequence()).isEqualTo(70_000);
        assertThat(rig.nat.connections()).isEqualTo(1);
    }

    @Test
    void blindRst_establishedSession_isTheKernelsToJudge() {
        rig.establish(1000);
        rig.client(NatRig.header(1000, 80, 5_000_000, 0, TcpHeader.RST));
        assertThat(rig.next().destination()).isEqualTo(NatRig.OWN4);
        assertThat(rig.nat.connections()).isEqualTo(1);
    }

    @Test
    void blindSyn_establishedSession_isTheKernelsToChallenge() {
        rig.establish(1000);
        rig.client(NatRig.syn(1000, 80, 5_000_000));
        assertThat(rig.next().destination()).isEqualTo(NatRig.OWN4);
        assertThat(rig.nat.connections()).isEqualTo(1);
    }

    @Test
    void kernelResets_clientIsReset_sessionGone() {
        rig.establish(1000);
        rig.kernel(NatRig.header(NatRig.LISTENER4, rig.session().natPort, 9_001, 101, RST_ACK));
        assertThat(rig.next().destination()).isEqualTo(NatRig.CLIENT4);
        assertThat(rig.nat.connections()).isZero();
        rig.client(NatRig.header(1000, 80, 101, 9_001, TcpHeader.ACK));
        assertThat(rig.next().has(TcpHeader.RST)).as("nothing is known of it").isTrue();
    }

    @Test
    void orderlyEnd_mappingOutlivesItForALostAcknowledgement() {
        rig.establish(1000);
        int port = rig.session().natPort;
        rig.client(NatRig.header(1000, 80, 101, 9_001, FIN_ACK)).next();
        rig.kernel(NatRig.header(NatRig.LISTENER4, port, 9_001, 102, FIN_ACK));
        rig.next();
        rig.session().closed();
        assertThat(rig.nat.connections()).isEqualTo(1);
        rig.at(9_000).client(NatRig.header(1000, 80, 101, 9_001, FIN_ACK));
        assertThat(rig.next().destination()).as("the last segment again").isEqualTo(NatRig.OWN4);
        rig.at(18_000);
        assertThat(rig.nat.connections()).as("used since").isEqualTo(1);
        rig.at(19_100);
        assertThat(rig.nat.connections()).isZero();
    }

    @Test
    void endedSession_sameClientPort_beginsAnew() {
        rig.establish(1000);
        int port = rig.session().natPort;
        rig.client(NatRig.header(1000, 80, 101, 9_001, FIN_ACK)).next();
        rig.kernel(NatRig.header(NatRig.LISTENER4, port, 9_001, 102, FIN_ACK));
        rig.next();
        rig.session().closed();
        rig.client(NatRig.syn(1000, 80, 200_000));
        assertThat(rig.forwardedSyn()).isNotEqualTo(port);
    }

    @Test
    void oldConnectionInTimeWait_isResetAndTheSynGivenAgain() {
        rig.client(NatRig.syn(1000, 80, 100));
        int port = rig.forwardedSyn();
        rig.kernel(NatRig.header(NatRig.LISTENER4, port, 555, 444, TcpHeader.ACK));
        NatRig.Sent rst = rig.next();
        assertThat(rst.has(TcpHeader.RST)).isTrue();
        assertThat(rst.tcp().sequence()).isEqualTo(444);
        assertThat(rig.forwardedSyn()).isEqualTo(port);
    }

    @Test
    void kernelSilent_clientIsLeftToRetry_andItIsSaid() {
        rig.client(NatRig.syn(1000, 80, 100));
        rig.forwardedSyn();
        rig.at(3_100).expectNothing();
        assertThat(rig.unanswered).isEqualTo(1);
        assertThat(rig.nat.connections()).isZero();
        rig.expectCounted(Counter.KERNEL_HANDSHAKES_FAILED, 1);
    }

    @Test
    void connectionNeverAccepted_isResetAtTheKernel() {
        rig.client(NatRig.syn(1000, 80, 100));
        int port = rig.forwardedSyn();
        rig.kernel(NatRig.synAck(NatRig.LISTENER4, port, 9_000, 101));
        rig.next();
        rig.at(5_100);
        assertThat(rig.next().has(TcpHeader.RST)).isTrue();
        assertThat(rig.nat.accepted(false, 0, NatRig.low(NatRig.FAR4), port, new NatRig.Connection()))
                .isNull();
    }

    @Test
    void stranger_isRefused() {
        rig.client(NatRig.syn(1000, 80, 100));
        int port = rig.forwardedSyn();
        NatRig.Connection connection = new NatRig.Connection();
        assertThat(rig.nat.accepted(false, 0, NatRig.low(NatRig.FAR4), port, connection))
                .as("its handshake is not complete")
                .isNull();
        assertThat(rig.nat.accepted(false, 0, NatRig.low(NatRig.CLIENT4), port, connection))
                .isNull();
        assertThat(rig.nat.accepted(false, 0, NatRig.low(NatRig.FAR4), port + 1, connection))
                .isNull();
        rig.expectCounted(Counter.KERNEL_STRANGERS_REFUSED, 3);
    }

    @Test
    void strayOfTheKernel_isReset() {
        rig.kernel(NatRig.synAck(NatRig.LISTENER4, 2_000, 9_000, 101));
        NatRig.Sent rst = rig.next();
        assertThat(rst.destination()).isEqualTo(NatRig.OWN4);
        assertThat(rst.tcp().sequence()).isEqualTo(101);
        rig.kernel(NatRig.header(NatRig.LISTENER4, 2_000, 9_000, 101, RST_ACK)).expectNothing();
    }

    @Test
    void damagedSyn_isDropped() {
        var syn = PacketComposer.tcp(NatRig.CLIENT4, NatRig.HOST4, NatRig.syn(1000, 80, 100));
        syn.put(25, (byte) 1);
        rig.give(syn, new PacketOffload().none()).expectNothing();
    }

    @Test
    void halfOpenLimit_furtherSynsAreDropped() {
        for (int i = 0; i < 60; i++) {
            rig.client(NatRig.syn(2000 + i, 80, 100));
        }
        assertThat(rig.nat.halfOpen()).isEqualTo(50);
        rig.expectCounted(Counter.SYN_DROPPED_HALF_OPEN_LIMIT, 10);
        rig.sent.clear();
        rig.at(3_100);
        assertThat(rig.nat.halfOpen()).isZero();
    }

    @Test
    void manyUnanswered_aFloodGetsThreeSeconds() {
        for (int i = 0; i < 30; i++) {
            rig.offer(2_000 + i);
            rig.session().accept();
            rig.next();
        }
        NatRig.Connection last = rig.offer(3_000);
        rig.session().accept();
        rig.at(3_100);
        assertThat(last.reason).isEqualTo(CloseReason.CLIENT_ABORTED);
    }

    @Test
    void tableFull_closingSessionMakesWay_thenSynsAreDropped() {
        rig.close();
        rig = new NatRig(3, 3, true);
        for (int i = 0; i < 3; i++) {
            rig.establish(2000 + i);
        }
        rig.client(NatRig.syn(3000, 80, 100)).expectNothing();
        rig.expectCounted(Counter.SYN_DROPPED_CONNECTION_LIMIT, 1);
        rig.offered.get(1).closed();
        rig.client(NatRig.syn(3000, 80, 100));
        rig.forwardedSyn();
        rig.expectCounted(Counter.KERNEL_SESSIONS_EVICTED, 1);
        assertThat(rig.nat.connections()).isEqualTo(3);
    }

    @Test
    void limits_resetConfigured_clientsAreReset() {
        rig.close();
        rig = new NatRig(3, 2, true, new TcpSettings(CongestionAlgorithm.CUBIC, true, 552));
        rig.establish(2000);
        rig.client(NatRig.syn(3000, 80, 100));
        rig.forwardedSyn();
        rig.client(NatRig.syn(3001, 80, 100));
        rig.forwardedSyn();
        rig.client(NatRig.syn(3002, 80, 100));
        NatRig.Sent rst = rig.next();
        assertThat(rst.tcp().flags()).isEqualTo(RST_ACK);
        assertThat(rst.tcp().destinationPort()).isEqualTo(3002);
        assertThat(rst.tcp().acknowledgment()).isEqualTo(101);
        rig.expectCounted(Counter.SYN_DROPPED_HALF_OPEN_LIMIT, 1);
        assertThat(rig.nat.connections()).isEqualTo(3);
    }

    @Test
    void detach_everyClientIsReset_everyFlowTold() {
        NatRig.Connection first = rig.establish(2000);
        rig.kernel(NatRig.header(NatRig.LISTENER4, rig.session().natPort, 9_001, 101, TcpHeader.ACK), new byte[50]);
        rig.next();
        NatRig.Connection second = rig.offer(2001);
        rig.nat.detach(CloseReason.INBOUND_WITHDRAWN, 0);
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 2; i++) {
            NatRig.Sent rst = rig.next();
            assertThat(rst.tcp().flags()).isEqualTo(RST_ACK);
            ports.add(rst.tcp().destinationPort());
            if (rst.tcp().destinationPort() == 2000) {
                assertThat(rst.tcp().sequence())
                        .as("what the client expects next")
                        .isEqualTo(9_051);
            }
        }
        assertThat(ports).containsExactlyInAnyOrder(2000, 2001);
        assertThat(first.reason).isEqualTo(CloseReason.INBOUND_WITHDRAWN);
        assertThat(second.resets).isEqualTo(1);
        assertThat(rig.cancelled).isEqualTo(1);
        assertThat(rig.nat.connections()).isZero();
    }

    /** RFC 4787 REQ-3, no port overloading: every port once before one comes back; no two sessions share one. */
    @Test
    void TC71_ports_aHundredThousandSessions_noneShared() {
        SessionPorts ports = new SessionPorts(99);
        NatSession some = sessionOf();
        Set<Integer> live = new HashSet<>();
        java.util.ArrayDeque<Integer> order = new java.util.ArrayDeque<>();
        java.util.Random random = new java.util.Random(3);
        for (int i = 0; i < 100_000; i++) {
            int port = ports.take(some);
            assertThat(port).isPositive();
            assertThat(live.add(port)).isTrue();
            order.add(port);
            while (live.size() > 60_000 || (random.nextInt(3) == 0 && live.size() > 100)) {
                int gone = order.poll();
                live.remove(gone);
                ports.free(gone);
            }
        }
        assertThat(ports.used()).isEqualTo(live.size());
    }

    @Test
    void ports_allTaken_none() {
        SessionPorts ports = new SessionPorts(0);
        NatSession some = sessionOf();
        for (int i = 0; i < 64_512; i++) {
            assertThat(ports.take(some)).isPositive();
        }
        assertThat(ports.take(some)).isZero();
        ports.free(5_000);
        assertThat(ports.take(some)).isEqualTo(5_000);
    }

    private NatSession sessionOf() {
        rig.offer(1000);
        return rig.session();
    }
}
