package io.sluice.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.dns.HostDnsException;
import io.sluice.api.dns.HostDnsSettings;
import io.sluice.dns.spi.HostDnsBackend;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostResolverTest {

    private static final HostDnsSettings INSIDE = settings("10.64.0.1");

    /** A host in memory: what its resolver is, and a bell that rings when the watcher shall look. */
    private static final class PaperHost implements HostDnsBackend {

        private final SynchronousQueue<Boolean> bell = new SynchronousQueue<>();
        private volatile Optional<HostDnsSettings> resolver = Optional.empty();
        private volatile Optional<String> refusal = Optional.empty();
        private volatile boolean taken;
        private volatile int applied;

        @Override
        public String manager() {
            return "paper";
        }

        @Override
        public void apply(HostDnsSettings settings) throws HostDnsException {
            if (refusal.isPresent()) {
                throw new HostDnsException(refusal.get());
            }
            resolver = Optional.of(settings);
            taken = true;
            applied++;
        }

        @Override
        public boolean holds(HostDnsSettings settings) {
            return resolver.equals(Optional.of(settings));
        }

        @Override
        public boolean restore() {
            boolean was = taken;
            taken = false;
            resolver = Optional.empty();
            return was;
        }

        @Override
        public void awaitChange() throws InterruptedException {
            bell.take();
        }

        void overwritten() throws InterruptedException {
            resolver = Optional.of(settings("192.0.2.53"));
            assertThat(bell.offer(true, 20, TimeUnit.SECONDS))
                    .as("the watcher waits")
                    .isTrue();
        }
    }

    private final PaperHost host = new PaperHost();
    private final HostResolver resolver = new HostResolver(host);

    @AfterEach
    void end() {
        resolver.deactivate();
    }

    private static HostDnsSettings settings(String server) {
        return new HostDnsSettings("tun0", List.of(InetAddress.ofLiteral(server)));
    }

    private void await(String what, BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 2_000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertThat(condition.getAsBoolean())
                .as("%s: %s", what, resolver.status())
                .isTrue();
    }

    @Test
    void set_twice_appliesOnce() throws Exception {
        resolver.set(INSIDE);
        resolver.set(INSIDE);
        assertThat(host.applied).isEqualTo(1);
        assertThat(resolver.status().settings()).contains(INSIDE);
        resolver.set(settings("10.64.0.2"));
        assertThat(host.applied).isEqualTo(2);
    }

    @Test
    void overwritten_isSetAgain_untilCleanedUp() throws Exception {
        resolver.set(INSIDE);
        for (int i = 1; i <= 3; i++) {
            host.overwritten();
            int times = i;
            await("set again", () -> resolver.status().reapplied() == times);
            assertThat(host.resolver).contains(INSIDE);
        }
        assertThat(resolver.cleanUp()).isTrue();
        assertThat(host.resolver).isEmpty();
        assertThat(resolver.status().settings()).isEmpty();
        assertThat(resolver.cleanUp()).isFalse();
    }

    @Test
    void overwrittenWithoutEnd_saysSoAndSlowsDown() throws Exception {
        resolver.set(INSIDE);
        for (int i = 0; i < 40 && resolver.status().problem().isEmpty(); i++) {
            host.overwritten();
        }
        await("a problem is named", () -> resolver.status().problem().isPresent());
        assertThat(resolver.status().problem().orElseThrow()).contains("keeps overwriting");
        assertThat(host.applied).isLessThan(40);
    }

    @Test
    void refusedWhileWatching_isAProblem_andGoneWhenItHolds() throws Exception {
        resolver.set(INSIDE);
        host.refusal = Optional.of("the file system is read-only");
        host.overwritten();
        await("the refusal is told", () -> resolver.status().problem().equals(host.refusal));
        host.refusal = Optional.empty();
        host.overwritten();
        await("the problem is gone", () -> resolver.status().problem().isEmpty());
        assertThat(host.resolver).contains(INSIDE);
    }

    @Test
    void refused_leavesTheStatusAsItWas() {
        host.refusal = Optional.of("no");
        assertThatThrownBy(() -> resolver.set(INSIDE)).hasMessage("no");
        assertThat(resolver.status().settings()).isEmpty();
    }

    @Test
    void deactivated_leavesTheSettings() throws Exception {
        resolver.set(INSIDE);
        resolver.deactivate();
        assertThat(host.resolver).contains(INSIDE);
        HostResolver successor = new HostResolver(host);
        assertThat(successor.cleanUp()).isTrue();
        assertThat(host.resolver).isEmpty();
    }
}
