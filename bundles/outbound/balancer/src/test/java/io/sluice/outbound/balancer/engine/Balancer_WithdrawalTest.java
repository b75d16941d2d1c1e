package io.sluice.outbound.balancer.engine;

import static io.sluice.outbound.balancer.engine.BalancerRig.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.ConnectException;
import io.sluice.outbound.balancer.engine.FakeMember.FakeStream;
import io.sluice.outbound.balancer.engine.FakeMember.Mood;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Members come and go while flows live. */
class Balancer_WithdrawalTest {

    private final FakeMember a = FakeMember.ofBoth("a");
    private final FakeMember b = FakeMember.ofBoth("b");
    private final BalancerRig rig = BalancerRig.of(Strategy.FAILOVER, a, b);

    @Test
    void memberGoes_itsStreams_drainAndAreToldWhyTheyEnd() {
        FakeStream stream = (FakeStream) rig.stream().getNow();
        rig.balancer.remove(a);
        rig.time.run();
        rig.time.millis(4_990);
        assertThat(stream.channel.isOpen()).isTrue();
        assertThat(stream.told).isEmpty();
        rig.time.millis(10);
        assertThat(stream.told)
                .singleElement()
                .isInstanceOfSatisfying(
                        ConnectException.class, e -> assertThat(e.reason()).isEqualTo(CloseReason.OUTBOUND_WITHDRAWN));
        assertThat(stream.reset).isTrue();
    }

    @Test
    void memberGoes_streamThatHasEndedMeanwhile_isLeftAlone() {
        FakeStream stream = (FakeStream) rig.stream().getNow();
        rig.balancer.remove(a);
        rig.time.millis(1_000);
        stream.channel.close();
        rig.time.millis(5_000);
        assertThat(stream.told).isEmpty();
        assertThat(stream.reset).isFalse();
    }

    @Test
    void memberGoes_othersStreams_noticeNothing() {
        rig.balancer.remove(a);
        FakeStream stream = (FakeStream) rig.stream().getNow();
        rig.balancer.add(a, 0);
        rig.balancer.remove(a);
        rig.time.millis(6_000);
        assertThat(stream.told).isEmpty();
        assertThat(b.opened).containsExactly(stream);
    }

    @Test
    void memberGoes_itsAssociations_endAtOnceWhereAnotherCanDoThem() throws Exception {
        DatagramPort port = rig.association().getNow();
        rig.balancer.remove(a);
        rig.time.run();
        assertThat(port.closed().get()).isEqualTo(CloseReason.OUTBOUND_WITHDRAWN);
    }

    /** By one that is down they would go into nothing. */
    @Test
    void memberGoes_itsAssociations_drainWhereNoOtherIsUp() {
        DatagramPort port = rig.association().getNow();
        bringDownB();
        rig.balancer.remove(a);
        rig.time.run();
        rig.time.millis(4_990);
        assertThat(port.closed().isDone()).isFalse();
        rig.time.millis(10);
        assertThat(port.closed().getNow()).isEqualTo(CloseReason.OUTBOUND_WITHDRAWN);
    }

    private void bringDownB() {
        a.in(Mood.UNSUPPORTED);
        b.in(Mood.REFUSES);
        rig.stream();
        a.in(Mood.OPENS);
        assertThat(rig.count("membersUp")).isOne();
    }

    @Test
    void balancerGoes_associations_drain() {
        DatagramPort port = rig.association().getNow();
        rig.balancer.close();
        rig.balancer.remove(a);
        rig.balancer.remove(b);
        rig.time.run();
        rig.time.millis(4_990);
        assertThat(port.closed().isDone()).isFalse();
        rig.time.millis(10);
        assertThat(port.closed().getNow()).isEqualTo(CloseReason.OUTBOUND_WITHDRAWN);
    }

    @Test
    void lastMemberGoes_itsAssociations_drain() {
        rig.balancer.remove(b);
        DatagramPort port = rig.association().getNow();
        rig.balancer.remove(a);
        rig.time.run();
        rig.time.millis(4_990);
        assertThat(port.closed().isDone()).isFalse();
        rig.time.millis(10);
        assertThat(port.closed().getNow()).isEqualTo(CloseReason.OUTBOUND_WITHDRAWN);
    }

    @Test
    void memberGoesWhileOpening_flow_goesToTheNext() {
        a.in(Mood.SILENT);
        Future<ByteStream> flow = rig.stream();
        rig.balancer.remove(a);
        rig.time.run();
        assertThat(flow.isSuccess()).isTrue();
        assertThat(b.opened).hasSize(1);
        assertThat(a.streams.getFirst().isCancelled()).isTrue();
    }

    @Test
    void lastMemberGoesWhileOpening_flow_isRefused() {
        a.in(Mood.SILENT);
        rig.balancer.remove(b);
        Future<ByteStream> flow = rig.stream();
        rig.balancer.remove(a);
        rig.time.run();
        assertThat(failure(flow).reason()).isEqualTo(CloseReason.OUTBOUND_ABSENT);
        assertThat(failure(flow).getMessage()).contains("'a' OUTBOUND_WITHDRAWN: was withdrawn");
        assertThat(failure(rig.stream()).reason()).isEqualTo(CloseReason.OUTBOUND_ABSENT);
    }

    @Test
    void memberComesBack_isUp() {
        a.in(Mood.REFUSES);
        rig.stream();
        rig.balancer.remove(a);
        rig.balancer.add(a.in(Mood.OPENS), 0);
        rig.stream();
        assertThat(a.opened).as("another service, of which nothing is known").hasSize(1);
    }

    /** It would keep its bundle's class loader. */
    @Test
    void memberHasGone_nothingOfIt_isKept() throws Exception {
        WeakReference<FakeMember> gone = used(new FakeMember("gone", Capability.TCP));
        for (int i = 0; i < 100 && gone.get() != null; i++) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(gone.get()).isNull();
        assertThat(rig.balancer.description()).doesNotContain("in use");
    }

    private WeakReference<FakeMember> used(FakeMember member) {
        rig.balancer.settings(
                new BalancerSettings("group", Strategy.FAILOVER, List.of("gone", "b"), BalancerRig.DRAIN));
        rig.balancer.add(member, 0);
        ByteStream stream = rig.stream().getNow();
        assertThat(rig.balancer.description()).contains("in use: gone");
        stream.reset();
        rig.balancer.remove(member);
        rig.time.run();
        return new WeakReference<>(member);
    }

    @Test
    void settingsChange_members_areThoseOfTheNewOnes() {
        FakeStream stream = (FakeStream) rig.stream().getNow();
        rig.balancer.settings(BalancerRig.settings(Strategy.FAILOVER, b));
        rig.stream();
        assertThat(b.opened).hasSize(1);
        rig.time.millis(5_000);
        assertThat(stream.reset).isTrue();
        rig.balancer.settings(BalancerRig.settings(Strategy.FAILOVER, a, b));
        rig.stream();
        assertThat(a.opened).hasSize(2);
    }

    @Test
    void streamComesAfterCancellation_itIsClosed() {
        a.in(Mood.SILENT);
        Future<ByteStream> flow = rig.stream();
        // A member that has gone too far to be cancelled.
        a.streams.getFirst().setUncancellable();
        flow.cancel(false);
        rig.time.run();
        FakeStream late = a.stream(rig.time.loop);
        a.streams.getFirst().setSuccess(late);
        rig.time.run();
        assertThat(late.reset).isTrue();
    }
}
