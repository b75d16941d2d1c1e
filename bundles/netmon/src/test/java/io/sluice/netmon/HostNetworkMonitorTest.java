package io.sluice.netmon;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.netmon.DefaultRoute;
import io.sluice.api.netmon.HostInterface;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkListener;
import io.sluice.api.netmon.NetworkState;
import io.sluice.netmon.spi.Announcements;
import io.sluice.netmon.spi.NetworkBackend;
import io.sluice.netmon.spi.Reading;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The monitor's thread and mailboxes, over a network that the test makes. */
class HostNetworkMonitorTest {

    private static final HostInterface ETH0 = new HostInterface("eth0", 2, true, 1500, false, List.of());
    private static final Reading ONLINE =
            new Reading(List.of(ETH0), Optional.of(new DefaultRoute("eth0", 2, Optional.empty(), 0)), Optional.empty());
    private static final Reading OFFLINE = new Reading(List.of(ETH0), Optional.empty(), Optional.empty());

    private final FakeNetwork network = new FakeNetwork();
    private HostNetworkMonitor monitor;

    /** A network as the test sets it. */
    private static final class FakeNetwork implements NetworkBackend {

        volatile Reading reading = ONLINE;
        volatile IOException unreadable;
        volatile Announcements announcements;

        /** Done once, after a reading was made and before it is handed over. */
        volatile Runnable meanwhile;

        @Override
        public Reading read() throws IOException {
            Reading made = made();
            Runnable once = meanwhile;
            if (once != null) {
                meanwhile = null;
                once.run();
            }
            return made;
        }

        private Reading made() throws IOException {
            if (unreadable != null) {
                throw unreadable;
            }
            return reading;
        }

        @Override
        public Watch watch(Announcements to) {
            announcements = to;
            return () -> {};
        }

        @Override
        public Duration uptime() {
            return Duration.ofNanos(System.nanoTime());
        }
    }

    /** Writes down what it is told. */
    private static final class Told implements NetworkListener {

        final BlockingQueue<String> words = new LinkedBlockingQueue<>();

        @Override
        public void networkChanged(NetworkChange change) {
            words.add("changed " + change.after().summary());
        }

        @Override
        public void defaultInterfaceChanged(NetworkChange change) {
            words.add("default");
        }

        @Override
        public void paused(String reason) {
            words.add("paused " + reason);
        }

        @Override
        public void resumed(NetworkState state) {
            words.add("resumed");
        }

        @Override
        public void routesChanged() {
            words.add("routes");
        }

        String next() throws InterruptedException {
            return words.poll(30, TimeUnit.SECONDS);
        }
    }

    @AfterEach
    void close() throws InterruptedException {
        monitor.deactivate();
    }

    @Test
    void listener_toldInOrder_andTheFirstStateFirst() throws InterruptedException {
        monitor = new HostNetworkMonitor(network);
        Told told = new Told();
        monitor.bindListener(told);
        assertThat(told.next()).isEqualTo("changed IPv4 by eth0, no IPv6");
        network.reading = OFFLINE;
        network.announcements.routes();
        assertThat(told.next()).isEqualTo("changed no IPv4, no IPv6");
        assertThat(told.next()).isEqualTo("default");
        assertThat(told.next()).isEqualTo("paused there is no default interface");
        assertThat(told.next()).isEqualTo("routes");
        network.reading = ONLINE;
        network.announcements.network();
        assertThat(told.next()).startsWith("changed IPv4");
        assertThat(told.next()).isEqualTo("default");
        assertThat(told.next()).isEqualTo("resumed");
        assertThat(monitor.recent()).hasSize(3);
    }

    @Test
    void change_whileTheNetworkIsRead_isNotMissed() throws InterruptedException {
        monitor = new HostNetworkMonitor(network);
        Told told = new Told();
        monitor.bindListener(told);
        assertThat(told.next()).startsWith("changed IPv4");
        network.meanwhile = () -> {
            network.reading = OFFLINE;
            network.announcements.network();
        };
        network.announcements.routes();
        assertThat(told.next()).isEqualTo("routes");
        assertThat(told.next()).isEqualTo("changed no IPv4, no IPv6");
    }

    @Test
    void listener_slow_delaysNobodyElse() throws InterruptedException {
        monitor = new HostNetworkMonitor(network);
        Told quick = new Told();
        monitor.bindListener(new NetworkListener() {
            @Override
            public void networkChanged(NetworkChange change) {
                try {
                    TimeUnit.HOURS.sleep(1);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        monitor.bindListener(quick);
        assertThat(quick.next()).startsWith("changed");
        network.reading = OFFLINE;
        network.announcements.network();
        assertThat(quick.next()).isEqualTo("changed no IPv4, no IPv6");
    }

    @Test
    void backend_lost_watchedAgain() throws InterruptedException {
        monitor = new HostNetworkMonitor(network);
        Announcements first = network.announcements;
        Told told = new Told();
        monitor.bindListener(told);
        told.next();
        network.reading = OFFLINE;
        first.lost("the test wants it so");
        assertThat(told.next()).isEqualTo("changed no IPv4, no IPv6");
        assertThat(network.announcements).isNotSameAs(first);
        assertThat(monitor.state().source()).isEqualTo(NetworkState.Source.ANNOUNCED);
    }

    @Test
    void network_unreadable_lastStateKeptUntilItCanBeRead() throws InterruptedException {
        monitor = new HostNetworkMonitor(network);
        Told told = new Told();
        monitor.bindListener(told);
        told.next();
        network.unreadable = new IOException("too many open files");
        network.reading = OFFLINE;
        network.announcements.network();
        assertThat(told.words.poll(1, TimeUnit.SECONDS)).isNull();
        assertThat(monitor.state().online()).isTrue();
        network.unreadable = null;
        assertThat(told.next()).isEqualTo("changed no IPv4, no IPv6");
    }

    @Test
    void backend_absent_portableMeans() {
        monitor = new HostNetworkMonitor(null);
        assertThat(monitor.state().source()).isEqualTo(NetworkState.Source.POLLED);
        assertThat(monitor.state().interfaces())
                .anyMatch(i -> i.addresses().stream().anyMatch(a -> a.address().isLoopbackAddress()));
    }
}
