package io.sluice.flow.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.EchoRequest;
import io.sluice.api.flow.FlowObserver;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.StreamRequest;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.policy.Decision;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdmissionTest {

    private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.1", 4_000);
    private static final InetSocketAddress SERVER = new InetSocketAddress("198.51.100.1", 443);

    private final VirtualLoop virtual = new VirtualLoop();
    private final FakeSelector selector = new FakeSelector();
    private final FakeOutbound out = new FakeOutbound("out", Capability.TCP, Capability.LOCAL_ECHO);
    private final List<CloseReason> rejected = new ArrayList<>();
    private FlowEngine engine = new FlowEngine(FlowSettings.DEFAULTS, InstantSource.system());
    private Runnable cancelled;

    @BeforeEach
    void given() {
        engine.selector(selector);
        engine.addOutbound(out, 0);
    }

    @Test
    void stream_noSelector_policyAbsentAndNothingIsOpened() {
        engine.selector(null);
        assertRefused(CloseReason.POLICY_ABSENT);
    }

    @Test
    void stream_ruleRefuses_rejectedOrDropped() {
        selector.rule = source -> new Decision.Reject(false, "a");
        assertRefused(CloseReason.POLICY_REJECTED);
        selector.rule = source -> new Decision.Reject(true, "b");
        assertRefused(CloseReason.POLICY_DROPPED);
        assertThat(engine.table().recent().getFirst().rule()).contains("b");
    }

    @Test
    void stream_selectorFails_internalError() {
        selector.rule = source -> {
            throw new IllegalStateException("broken");
        };
        assertRefused(CloseReason.INTERNAL_ERROR);
    }

    @Test
    void stream_outboundUnknownOrUnfit_namedInTheDetail() {
        selector.rule = source -> new Decision.Outbound("gone", "r");
        assertRefused(CloseReason.OUTBOUND_ABSENT);
        assertThat(engine.table().recent().getFirst().detail().orElseThrow()).contains("'gone'");
        engine.addOutbound(new FakeOutbound("udp", Capability.UDP), 0);
        selector.rule = source -> new Decision.Outbound("udp", "r");
        assertRefused(CloseReason.OUTBOUND_UNSUPPORTED);
    }

    @Test
    void stream_fromThePortOfADatagramSocketOfOurs_isNoLoop() {
        engine.binder(new OwnEverything() {
            @Override
            public boolean isOwn(InetSocketAddress source, boolean datagrams) {
                return datagrams;
            }
        });
        selector.rule = source -> new Decision.Reject(false, "a");
        assertRefused(CloseReason.POLICY_REJECTED);
    }

    @Test
    void stream_fromOurOwnSocket_loop() {
        engine.binder(new OwnEverything());
        assertRefused(CloseReason.LOOP);
        String detail = engine.table().recent().getFirst().detail().orElseThrow();
        assertThat(detail).contains("192.0.2.1").contains("198.51.100.1");
        assertThat(selector.asked.get()).isZero();
    }

    @Test
    void stream_tooManyFlows_limitReached() {
        engine = new FlowEngine(
                new FlowSettings(
                        FlowSettings.Accept.DIAL_FIRST,
                        FlowSettings.CONNECT_TIMEOUT,
                        FlowSettings.TCP_IDLE,
                        FlowSettings.HALF_CLOSED_IDLE,
                        FlowSettings.UDP_IDLE,
                        FlowSettings.DNS_IDLE,
                        FlowSettings.DRAIN_TIMEOUT,
                        1),
                InstantSource.system());
        given();
        stream();
        assertThat(rejected).isEmpty();
        stream();
        assertThat(rejected).containsExactly(CloseReason.LIMIT_REACHED);
        out.streams.getFirst().setFailure(new ConnectException(CloseReason.UNREACHABLE, "no way"));
        virtual.run();
        stream();
        assertThat(rejected).containsExactly(CloseReason.LIMIT_REACHED, CloseReason.UNREACHABLE);
        assertThat(engine.table().live()).hasSize(1);
    }

    @Test
    void stream_outboundNeverAnswers_connectTimeoutAndCancelled() {
        stream();
        virtual.seconds(12);
        assertThat(rejected).containsExactly(CloseReason.CONNECT_TIMEOUT);
        assertThat(out.streams.getFirst().isCancelled()).isTrue();
        assertThat(engine.table().totals().closed()).containsEntry(CloseReason.CONNECT_TIMEOUT, 1L);
        assertThat(engine.table().troubles()).isEmpty();
        stream();
        virtual.seconds(12);
        assertThat(engine.table().troubles()).containsOnlyKeys("out");
    }

    @Test
    void stream_clientGivesUp_openingIsCancelledAndNothingRejected() {
        stream();
        cancelled.run();
        virtual.run();
        assertThat(out.streams.getFirst().isCancelled()).isTrue();
        assertThat(rejected).isEmpty();
        assertThat(engine.table().recent().getFirst().closeReason()).contains(CloseReason.CLIENT_ABORTED);
    }

    @Test
    void operator_closesByPredicate_onlyThose() {
        stream();
        stream();
        long second = engine.table().live().get(1).id();
        assertThat(engine.table().close(f -> f.id() == second)).isEqualTo(1);
        virtual.run();
        assertThat(engine.table().live()).hasSize(1);
        assertThat(engine.table().find(second).orElseThrow().closeReason()).contains(CloseReason.OPERATOR);
    }

    @Test
    void duplicateTags_highestRankingIsUsed_theOtherFollows() {
        FakeOutbound better = new FakeOutbound("out", Capability.TCP);
        engine.addOutbound(better, 5);
        stream();
        assertThat(better.requests).hasSize(1);
        engine.removeOutbound(better);
        stream();
        assertThat(out.requests).hasSize(1);
        engine.addOutbound(new FakeOutbound("out", Capability.TCP), 0);
        stream();
        assertThat(out.requests).hasSize(2);
    }

    @Test
    void echo_localEchoOrNot_repliedOrUnreachable() {
        List<String> answers = new ArrayList<>();
        echo(answers);
        engine.removeOutbound(out);
        engine.addOutbound(new FakeOutbound("out", Capability.TCP), 0);
        echo(answers);
        engine.selector(null);
        echo(answers);
        assertThat(answers).containsExactly("reply", "UNREACHABLE", "POLICY_ABSENT");
    }

    @Test
    void observers_ofEveryFlow_oneThatFailsHurtsNobody() {
        List<String> seen = new ArrayList<>();
        engine.addObserver(new FlowObserver() {
            @Override
            public void opened(FlowSnapshot flow) {
                throw new IllegalStateException("observer");
            }

            @Override
            public void closed(FlowSnapshot flow) {
                throw new IllegalStateException("observer");
            }
        });
        engine.addObserver(new FlowObserver() {
            @Override
            public void opened(FlowSnapshot flow) {
                seen.add("opened " + flow.state());
            }

            @Override
            public void closed(FlowSnapshot flow) {
                seen.add("closed " + flow.closeReason().orElseThrow());
            }
        });
        stream();
        engine.table().close(f -> true);
        virtual.run();
        assertThat(seen).containsExactly("opened CONNECTING", "closed OPERATOR");
    }

    @Test
    void shutdown_liveFlows_endAndNewOnesAreRefused() throws Exception {
        stream();
        assertThat(engine.shutdown(Duration.ZERO)).isFalse();
        virtual.run();
        assertThat(engine.shutdown(Duration.ZERO)).isTrue();
        assertThat(engine.table().recent().getFirst().closeReason()).contains(CloseReason.SHUTDOWN);
        stream();
        assertThat(rejected).containsExactly(CloseReason.OUTBOUND_ABSENT, CloseReason.OUTBOUND_ABSENT);
    }

    @Test
    void recent_moreThanTheRing_keepsTheNewest() {
        selector.rule = source -> new Decision.Reject(false, "r");
        for (int i = 0; i < RecentFlows.CAPACITY + 5; i++) {
            stream();
        }
        List<FlowSnapshot> recent = engine.table().recent();
        assertThat(recent).hasSize(RecentFlows.CAPACITY);
        assertThat(recent.getFirst().id()).isGreaterThan(recent.getLast().id());
        assertThat(engine.table().totals().opened()).isEqualTo(RecentFlows.CAPACITY + 5);
    }

    private void assertRefused(CloseReason reason) {
        rejected.clear();
        stream();
        assertThat(rejected).containsExactly(reason);
        assertThat(out.requests).isEmpty();
        assertThat(engine.table().live()).isEmpty();
        assertThat(engine.table().recent().getFirst().closeReason()).contains(reason);
    }

    private void stream() {
        FlowSource source = new FlowSource(Network.TCP, "tun", CLIENT, SERVER, Optional.empty());
        engine.stream(new StreamRequest() {
            @Override
            public FlowSource source() {
                return source;
            }

            @Override
            public EventLoop eventLoop() {
                return virtual.loop;
            }

            @Override
            public ByteStream accept() {
                throw new AssertionError("accepted");
            }

            @Override
            public void reject(CloseReason reason) {
                assertThat(reason.refusal()).isTrue();
                rejected.add(reason);
            }

            @Override
            public void onCancel(Runnable listener) {
                cancelled = listener;
            }
        });
        virtual.run();
    }

    private void echo(List<String> answers) {
        FlowSource source = new FlowSource(Network.ICMP, "tun", CLIENT, SERVER, Optional.empty());
        engine.echo(new EchoRequest() {
            @Override
            public FlowSource source() {
                return source;
            }

            @Override
            public EventLoop eventLoop() {
                return virtual.loop;
            }

            @Override
            public int length() {
                return 56;
            }

            @Override
            public void reply() {
                answers.add("reply");
            }

            @Override
            public void reject(CloseReason reason) {
                answers.add(reason.name());
            }
        });
    }

    private static class OwnEverything implements EgressBinder {

        @Override
        public void bind(Channel channel, InetAddress destination) {}

        @Override
        public void own(Channel channel) {}

        @Override
        public boolean isOwn(InetSocketAddress source) {
            return true;
        }

        @Override
        public boolean isHostAddress(InetAddress address) {
            return address.isLoopbackAddress();
        }

        @Override
        public EgressStatus status() {
            return new EgressStatus(0, Optional.empty(), Optional.empty(), Optional.empty());
        }
    }
}
