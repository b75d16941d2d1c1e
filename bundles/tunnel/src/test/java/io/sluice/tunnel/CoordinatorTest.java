package io.sluice.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.net.Network;
import io.sluice.api.outbound.Reach;
import io.sluice.api.tunnel.TunnelState;
import io.sluice.tunnel.engine.Command;
import io.sluice.tunnel.engine.FakeHost;
import io.sluice.tunnel.engine.Memory;
import io.sluice.tunnel.engine.Room;
import io.sluice.tunnel.engine.Rooms;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The thread, the queue and the answers. */
class CoordinatorTest {

    @TempDir
    Path folder;

    private final FakeHost host = new FakeHost();
    private Coordinator coordinator;

    private Coordinator start(Memory memory) {
        coordinator = new Coordinator(memory, new StateFile(folder), InstantSource.system(), new Listeners());
        coordinator.start();
        return coordinator;
    }

    @AfterEach
    void close() throws InterruptedException {
        assertThat(coordinator.close("test over", false, Duration.ofSeconds(30)))
                .isTrue();
    }

    private static Coordinator.Outcome get(CompletableFuture<Coordinator.Outcome> answer) throws Exception {
        return answer.get(30, TimeUnit.SECONDS);
    }

    @Test
    void start_answersWhenConnected_andTheStateSurvives() throws Exception {
        start(Memory.EMPTY);
        coordinator.tell(new Command.ServiceBack(Room.TUN, host.rooms()));
        get(coordinator.tell(new Command.SaveProfile(FakeHost.profile("0.0.0.0/0"), false)));

        assertThat(get(coordinator.settle(new Command.Start())).status().state())
                .isEqualTo(TunnelState.CONNECTED);

        Memory kept = new StateFile(folder).read();
        assertThat(kept.profile()).contains(FakeHost.profile("0.0.0.0/0"));
        assertThat(kept.startedAt()).isEqualTo(coordinator.status().startedAt()).isPresent();
        assertThat(get(coordinator.settle(new Command.Stop("enough"))).status().state())
                .isEqualTo(TunnelState.DISCONNECTED);
        assertThat(new StateFile(folder).read().startedAt()).isEmpty();
        assertThat(new StateFile(folder).read().held()).isEmpty();
    }

    @Test
    void stop_isTakenBetweenTheStepsOfAStart() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        Rooms rooms = host.rooms();
        Rooms slow = new Rooms(
                Optional.of(config -> {
                    opening.countDown();
                    try {
                        gate.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return rooms.driver().orElseThrow().open(config);
                }),
                rooms.stacks(),
                rooms.acceptor(),
                rooms.routes(),
                rooms.egress(),
                Optional.empty());
        start(Memory.EMPTY);
        coordinator.tell(new Command.ServiceBack(Room.TUN, slow));
        coordinator.tell(new Command.SaveProfile(FakeHost.profile("0.0.0.0/0"), false));
        CompletableFuture<Coordinator.Outcome> starting = coordinator.settle(new Command.Start());
        assertThat(opening.await(30, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<Coordinator.Outcome> stopping = coordinator.settle(new Command.Stop("enough"));
        gate.countDown();

        assertThat(get(stopping).status().state()).isEqualTo(TunnelState.DISCONNECTED);
        assertThat(get(starting).status().state()).isEqualTo(TunnelState.DISCONNECTED);
        assertThat(host.calls).noneMatch(c -> c.startsWith("attach") || c.startsWith("set"));
    }

    @Test
    void swappedWhileConnected_isResumedByItsSuccessor() throws Exception {
        start(Memory.EMPTY);
        coordinator.tell(new Command.ServiceBack(Room.TUN, host.rooms()));
        coordinator.tell(new Command.SaveProfile(FakeHost.profile(), false));
        get(coordinator.settle(new Command.Start()));

        assertThat(coordinator.close("swap", true, Duration.ofSeconds(30))).isTrue();

        Memory found = new StateFile(folder).read();
        assertThat(found.resume()).isTrue();
        assertThat(found.startedAt()).isEmpty();
        assertThat(host.calls).endsWith("close sluice0");
        start(found);
    }

    /** The start has been answered to nobody yet, but it was given. */
    @Test
    void swappedBeforeTheStartWasHandled_isResumedByItsSuccessor() throws Exception {
        start(Memory.EMPTY);
        coordinator.tell(new Command.ServiceBack(Room.TUN, host.rooms()));
        coordinator.tell(new Command.SaveProfile(FakeHost.profile(), false));
        CountDownLatch gate = new CountDownLatch(1);
        coordinator.run(_ -> await(gate));
        coordinator.tell(new Command.AutoStart());
        Thread closer = closer();
        gate.countDown();
        closer.join();

        Memory found = new StateFile(folder).read();
        assertThat(found.resume()).isTrue();
        start(found);
    }

    /** A tunnel that waits for its rooms, or for a back-off, is as much wanted as one that is up. */
    @Test
    void swappedWhileItWaits_isResumedByItsSuccessor() throws Exception {
        start(Memory.EMPTY);
        get(coordinator.tell(new Command.SaveProfile(FakeHost.profile(), false)));
        get(coordinator.settle(new Command.AutoStart()));
        assertThat(coordinator.status().state()).isEqualTo(TunnelState.DISCONNECTED);
        assertThat(coordinator.close("swap", true, Duration.ofSeconds(30))).isTrue();
        assertThat(new StateFile(folder).read().resume()).isTrue();

        start(new StateFile(folder).read());
        host.faults.add("attach");
        coordinator.tell(new Command.ServiceBack(Room.TUN, host.rooms()));
        get(coordinator.settle(new Command.AutoStart()));
        assertThat(coordinator.status().state()).isEqualTo(TunnelState.ERROR);
        assertThat(coordinator.close("swap", true, Duration.ofSeconds(30))).isTrue();
        Memory found = new StateFile(folder).read();
        assertThat(found.resume()).isTrue();
        start(found);
    }

    /** What an operator says while the room goes away holds. */
    @Test
    void swappedWhileConnected_andStoppedByAnOperatorMeanwhile_staysStopped() throws Exception {
        start(Memory.EMPTY);
        coordinator.tell(new Command.ServiceBack(Room.TUN, host.rooms()));
        coordinator.tell(new Command.SaveProfile(FakeHost.profile(), false));
        get(coordinator.settle(new Command.Start()));
        CountDownLatch gate = new CountDownLatch(1);
        coordinator.run(_ -> await(gate));
        Thread closer = closer();
        coordinator.tell(new Command.Stop("enough"));
        gate.countDown();
        closer.join();

        Memory found = new StateFile(folder).read();
        assertThat(found.resume()).isFalse();
        start(found);
    }

    /** What is left to be resumed is resumed once; what a configuration says later holds. */
    @Test
    void resumed_isForgottenWithoutAKillSwitch() throws Exception {
        start(Memory.EMPTY.withResume(true));
        coordinator.tell(new Command.SaveProfile(FakeHost.profile(), true));
        coordinator.resume();
        get(coordinator.tell(new Command.SaveProfile(FakeHost.profile(), true)));
        assertThat(coordinator.status().reason()).isNotEqualTo("not started");
        assertThat(new StateFile(folder).read().resume()).isFalse();
    }

    /** Nobody waits for ever for one that is over, and what an operator said to it holds. */
    @Test
    void commandsBehindTheEnd_areAnswered_andAStopHolds() throws Exception {
        start(Memory.EMPTY);
        coordinator.tell(new Command.SaveProfile(FakeHost.profile(), false));
        get(coordinator.settle(new Command.AutoStart()));
        assertThat(coordinator.close("swap", true, Duration.ofSeconds(30))).isTrue();
        assertThat(new StateFile(folder).read().resume()).isTrue();

        assertThat(coordinator.settle(new Command.Start())).isCancelled();
        assertThat(coordinator.settle(new Command.Stop("enough"))).isCancelled();
        Memory found = new StateFile(folder).read();
        assertThat(found.resume()).isFalse();
        start(found);
    }

    /** Exchanges it; what that takes stands in the queue when this returns. */
    private Thread closer() {
        Thread closer = Thread.ofVirtual().start(() -> {
            try {
                coordinator.close("swap", true, Duration.ofSeconds(30));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        while (closer.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        return closer;
    }

    private static void await(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Rooms reaching(Rooms rooms, List<Reach> reaches) {
        return new Rooms(
                rooms.driver(),
                rooms.stacks(),
                rooms.acceptor(),
                rooms.routes(),
                rooms.egress(),
                rooms.redirector(),
                rooms.hostDns(),
                rooms.killSwitch(),
                reaches);
    }

    /** A start brings them one by one; each would be a transaction with the kernel, with all that came before it. */
    @Test
    void manyOutbounds_makeNotAsManyRules() throws Exception {
        start(Memory.EMPTY);
        Rooms rooms = host.guarded();
        get(coordinator.tell(new Command.ServiceBack(Room.KILLSWITCH, rooms)));
        host.calls.clear();
        CountDownLatch gate = new CountDownLatch(1);
        coordinator.run(_ -> await(gate));
        List<Reach> reaches = new ArrayList<>();
        for (int port = 1; port <= 200; port++) {
            reaches.add(Reach.of(new InetSocketAddress("192.0.2.1", port), Network.TCP));
            coordinator.tell(new Command.OutboundsChanged(reaching(rooms, reaches)));
        }
        gate.countDown();
        get(coordinator.tell(new Command.OutboundsChanged(reaching(rooms, reaches))));

        assertThat(host.calls).hasSize(1);
        assertThat(host.policy.own().endpoints()).hasSize(200);
    }

    @Test
    void retry_comesAfterItsDelay() throws Exception {
        start(Memory.EMPTY);
        Rooms rooms = host.rooms();
        coordinator.tell(new Command.ServiceBack(Room.TUN, rooms));
        coordinator.tell(new Command.SaveProfile(FakeHost.profile(), false));
        get(coordinator.settle(new Command.Start()));
        CountDownLatch again = new CountDownLatch(1);
        coordinator.addListener(status -> {
            if (status.state() == TunnelState.ERROR) {
                host.faults.clear();
            }
            if (status.state() == TunnelState.CONNECTED && host.calls.contains("attach2 sluice0")) {
                again.countDown();
            }
        });
        host.faults.add("attach");

        get(coordinator.tell(new Command.ServiceBack(
                Room.STACK,
                new Rooms(
                        rooms.driver(),
                        Map.of("user", host.stack("2")),
                        rooms.acceptor(),
                        rooms.routes(),
                        rooms.egress(),
                        Optional.empty()))));

        assertThat(again.await(30, TimeUnit.SECONDS)).as("calls %s", host.calls).isTrue();
    }
}
