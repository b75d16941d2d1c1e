package io.sluice.tunnel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.outbound.Reach;
import io.sluice.api.redirect.RedirectException;
import io.sluice.api.redirect.RedirectSet;
import io.sluice.api.redirect.StreamRedirector;
import io.sluice.api.tunnel.TunnelProfile;
import io.sluice.api.tunnel.TunnelState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** TCP by redirection: wanted, refused, absent, exchanged. */
class TunnelMachine_RedirectTest {

    private final Bench bench = new Bench();
    private final List<String> calls = new ArrayList<>();
    private RedirectException refusal;

    private final StreamRedirector redirector = new StreamRedirector() {
        @Override
        public void set(RedirectSet wanted) throws RedirectException {
            if (refusal != null) {
                throw refusal;
            }
            assertThat(wanted.tunNetworks())
                    .as("nobody is answered in their name")
                    .isNotEmpty();
            calls.add("set " + wanted.tunInterface() + " " + wanted.inboundTag());
            bench.host.calls.add("redirect");
        }

        @Override
        public void clear() {
            calls.add("clear");
            bench.host.calls.add("redirect no more");
        }

        @Override
        public Optional<RedirectSet> current() {
            return Optional.empty();
        }

        @Override
        public List<String> show() {
            return List.of();
        }
    };

    private static TunnelProfile profile(boolean autoRedirect) {
        TunnelProfile plain = FakeHost.profile("0.0.0.0/0");
        return new TunnelProfile(
                plain.tun(),
                plain.stack(),
                plain.tcp(),
                plain.include(),
                plain.exclude(),
                plain.table(),
                plain.rulePriority(),
                autoRedirect,
                false);
    }

    private static Rooms with(Rooms rooms, Optional<StreamRedirector> redirector) {
        return new Rooms(rooms.driver(), rooms.stacks(), rooms.acceptor(), rooms.routes(), rooms.egress(), redirector);
    }

    private Rooms start(boolean autoRedirect, boolean there) {
        Rooms rooms = with(bench.host.rooms(), there ? Optional.of(redirector) : Optional.empty());
        bench.run(new Command.ServiceBack(Room.TUN, rooms));
        bench.run(new Command.SaveProfile(profile(autoRedirect), false));
        bench.run(new Command.Start());
        assertThat(bench.machine.status().state()).isEqualTo(TunnelState.CONNECTED);
        return rooms;
    }

    @Test
    void wanted_isSetAfterTheRoutesAndClearedAtTheStop() {
        start(true, true);
        assertThat(calls).containsExactly("set sluice0 tun");
        assertThat(bench.machine.status().reason()).doesNotContain("redirect");
        bench.run(new Command.Stop("enough"));
        assertThat(calls).containsExactly("set sluice0 tun", "clear");
    }

    @Test
    void withKillSwitch_closedBeforeTcpIsRedirected_openOnlyAfterItIsNoMore() {
        Rooms all = bench.host.guarded();
        Rooms rooms = new Rooms(
                all.driver(),
                all.stacks(),
                all.acceptor(),
                all.routes(),
                all.egress(),
                Optional.of(redirector),
                all.hostDns(),
                all.killSwitch(),
                List.of(Reach.ANYWHERE));
        bench.run(new Command.ServiceBack(Room.TUN, rooms));
        bench.run(new Command.SaveProfile(profile(true), false));
        bench.forget();
        bench.run(new Command.Start());
        assertThat(bench.host.calls).containsSubsequence("policy Connecting", "redirect", "policy Connected");
        bench.forget();
        bench.run(new Command.ServiceGone(Room.KILLSWITCH, with(rooms, Optional.of(redirector))));
        bench.run(new Command.ServiceBack(Room.KILLSWITCH, rooms));
        assertThat(bench.host.calls)
                .as("its rules stay, TCP is redirected as before")
                .isEmpty();
        bench.run(new Command.Stop("enough"));
        assertThat(bench.host.calls)
                .containsSubsequence("policy Connecting", "redirect no more", "policy Disconnected by operator");
    }

    @Test
    void notWanted_nothingIsAsked() {
        start(false, true);
        bench.run(new Command.Stop("enough"));
        assertThat(calls).isEmpty();
    }

    @Test
    void refused_connectsAndSaysWhy() {
        refusal = new RedirectException("there is no program nft", null);
        start(true, true);
        assertThat(bench.machine.status().reason())
                .isEqualTo("traffic on sluice0 is taken in; TCP is not redirected: there is no program nft");
    }

    @Test
    void redirectorComesAndGoes_stateFollows() {
        Rooms rooms = start(true, false);
        assertThat(bench.machine.status().reason()).contains("nothing redirects TCP on this platform");
        bench.run(new Command.ServiceBack(Room.REDIRECT, with(rooms, Optional.of(redirector))));
        assertThat(calls).containsExactly("set sluice0 tun");
        assertThat(bench.machine.status().reason()).isEqualTo("traffic on sluice0 is taken in");
        bench.run(new Command.ServiceGone(Room.REDIRECT, with(rooms, Optional.empty())));
        assertThat(bench.machine.status().reason()).contains("TCP is not redirected");
        assertThat(bench.machine.status().state()).isEqualTo(TunnelState.CONNECTED);
    }
}
