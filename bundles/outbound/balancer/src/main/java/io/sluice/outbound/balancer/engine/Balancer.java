package io.sluice.outbound.balancer.engine;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;

/**
 * Opens flows by one of several outbounds. Any thread; opening is on the request's loop. Members come and go on framework threads, under a lock that no flow takes: flows read one
 * immutable snapshot.
 */
public final class Balancer {

    private final String tag;
    private final IntUnaryOperator dice;
    private final StateLog log;
    private final Counters counters = new Counters();
    private final AtomicInteger streamTurns = new AtomicInteger();
    private final AtomicInteger associationTurns = new AtomicInteger();
    /** In the order of their arrival; guarded by this. */
    private final List<Candidate> candidates = new ArrayList<>();
    /** Guarded by this. */
    private boolean closing;

    private volatile BalancerSettings settings;
    private volatile MemberSet set = MemberSet.EMPTY;
    /** Who opened the last stream; null before the first. */
    private volatile Used used;

    /** @param dice gives a number from 0 to its argument, exclusive; safe for all threads */
    public Balancer(BalancerSettings settings, IntUnaryOperator dice) {
        this.settings = settings;
        this.tag = settings.tag();
        this.dice = dice;
        this.log = new StateLog(tag);
    }

    private static final class Candidate {
        private final Outbound outbound;
        private final int ranking;
        private Member member;

        Candidate(Outbound outbound, int ranking) {
            this.outbound = outbound;
            this.ranking = ranking;
        }
    }

    /** A member by what is the balancer's own of it: the member itself would keep a stopped bundle's class loader. */
    private record Used(String tag, Health health) {

        boolean isIn(MemberSet members) {
            return members.members().stream().anyMatch(member -> member.health() == health);
        }
    }

    /** From now on; flows of members that are none any more drain. */
    public synchronized void settings(BalancerSettings changed) {
        settings = changed;
        publish();
    }

    /** An outbound is here. Of several with one tag the one with the highest ranking is used, among equals the oldest. */
    public synchronized void add(Outbound outbound, int ranking) {
        candidates.add(new Candidate(outbound, ranking));
        publish();
    }

    /** An outbound is going. */
    public synchronized void remove(Outbound outbound) {
        candidates.removeIf(candidate -> candidate.outbound == outbound);
        publish();
    }

    /** Members go because the balancer does: their associations drain, for the next ones are none of its own. */
    public synchronized void close() {
        closing = true;
    }

    private void publish() {
        List<Member> members = new ArrayList<>();
        for (String member : settings.members()) {
            Candidate best = best(member);
            if (best != null) {
                members.add(best.member);
            }
        }
        MemberSet before = set;
        MemberSet now = MemberSet.of(members);
        set = now;
        boolean datagramsElsewhere = !closing
                && members.stream()
                        .anyMatch(member ->
                                member.can(Capability.UDP) && member.health().isUp());
        Withdrawal withdrawal = new Withdrawal(settings.drainTimeout(), datagramsElsewhere);
        for (Member member : before.members()) {
            if (!now.contains(member)) {
                member.withdraw(withdrawal);
            }
        }
    }

    /** Null if none has the tag. */
    private Candidate best(String wanted) {
        Candidate best = null;
        for (Candidate candidate : candidates) {
            if (candidate.outbound.tag().equals(wanted) && (best == null || candidate.ranking > best.ranking)) {
                best = candidate;
            }
        }
        if (best != null && (best.member == null || best.member.isWithdrawn())) {
            best.member = member(best.outbound);
        }
        return best;
    }

    private Member member(Outbound outbound) {
        String name = outbound.tag();
        return new Member(outbound, new Health(dice, new Health.Watcher() {
            @Override
            public void wentDown(String why, long backoffNanos, long nowNanos) {
                log.down(name, why, backoffNanos, nowNanos);
            }

            @Override
            public void cameUp(long nowNanos) {
                log.up(name, nowNanos);
            }
        }));
    }

    /** As {@link Outbound#openStream}. */
    public Future<ByteStream> openStream(OpenRequest request) {
        return open(Kind.STREAM, request);
    }

    /** As {@link Outbound#openDatagrams}. */
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        return open(Kind.DATAGRAMS, request);
    }

    private <T> Future<T> open(Kind<T> kind, OpenRequest request) {
        long now = request.eventLoop().ticker().nanoTime();
        IntUnaryOperator pick = switch (settings.strategy()) {
            case FAILOVER -> null;
            case RANDOM -> dice;
            case ROUND_ROBIN -> number -> Math.floorMod(turns(kind).getAndIncrement(), number);
        };
        Choice choice = new Choice(set, kind.capability(), kind == Kind.STREAM, pick, now);
        return new Opening<>(this, kind, request, choice, now).begin();
    }

    /** Each kind has its own: a client that opens both in turn would find the same member for each. */
    private AtomicInteger turns(Kind<?> kind) {
        return kind == Kind.STREAM ? streamTurns : associationTurns;
    }

    /** A flow has found nobody to ask. */
    ConnectException nobody(Kind<?> kind) {
        return set.members().isEmpty()
                ? new ConnectException(
                        CloseReason.OUTBOUND_ABSENT, "no outbound of the balancer '" + tag + "' is active")
                : new ConnectException(
                        CloseReason.OUTBOUND_UNSUPPORTED,
                        "no outbound of the balancer '" + tag + "' carries " + kind.capability());
    }

    void opened(Kind<?> kind, Member member, boolean another, long nowNanos) {
        counters.opened(kind);
        if (another) {
            counters.failovers.increment();
        }
        if (kind == Kind.STREAM) {
            used(member, nowNanos);
        }
    }

    private void used(Member member, long nowNanos) {
        Used before = used;
        if (before != null && before.health() == member.health()) {
            return;
        }
        used = new Used(member.tag(), member.health());
        // One that goes on well may have left this flow, or its kind, to another.
        if (settings.strategy() == Strategy.FAILOVER
                && before != null
                && (!before.isIn(set) || !before.health().isUp())) {
            log.used(member.tag(), nowNanos);
        }
    }

    void failed(Kind<?> kind) {
        counters.failed(kind);
    }

    StateLog log() {
        return log;
    }

    String tag() {
        return tag;
    }

    /** As {@link Outbound#capabilities}. */
    public Set<Capability> capabilities() {
        return set.capabilities();
    }

    /** For people: {@code failover of a (down, CONNECT_REFUSED: …), b; in use: b}. */
    public String description() {
        MemberSet now = set;
        BalancerSettings configured = settings;
        StringJoiner members = new StringJoiner(", ", configured.strategy().word() + " of ", "");
        configured.members().forEach(member -> members.add(member + state(now, member)));
        Used last = used;
        return members + (last == null || !last.isIn(now) ? "" : "; in use: " + last.tag());
    }

    private static String state(MemberSet now, String member) {
        Member present = now.find(member);
        if (present == null) {
            return " (absent)";
        }
        String why = present.health().why();
        return why == null ? "" : " (down, " + why + ")";
    }

    /** Totals, by name; of the members how many there are, and are up, now. */
    public Map<String, Long> counters() {
        MemberSet now = set;
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("streamsOpened", counters.streamsOpened.sum());
        all.put("streamsFailed", counters.streamsFailed.sum());
        all.put("associationsOpened", counters.associationsOpened.sum());
        all.put("associationsFailed", counters.associationsFailed.sum());
        all.put("failovers", counters.failovers.sum());
        all.put("members", (long) now.members().size());
        all.put(
                "membersUp",
                now.members().stream().filter(m -> m.health().isUp()).count());
        return all;
    }
}
