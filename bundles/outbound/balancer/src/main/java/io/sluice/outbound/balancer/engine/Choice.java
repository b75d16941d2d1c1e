package io.sluice.outbound.balancer.engine;

import io.sluice.api.outbound.Capability;
import java.util.BitSet;
import java.util.function.IntUnaryOperator;

/** In which order one flow asks the members; each of them once. On the flow's loop. */
final class Choice {

    private final MemberSet set;
    private final Capability capability;
    private final boolean mayTry;
    private final BitSet asked;
    private final int start;
    private boolean trying;

    /**
     * @param pick gives one of so many members that are up, counted from 0; null for the first in order
     * @param mayTry whether the flow proves anything of a member that is down
     */
    Choice(MemberSet set, Capability capability, boolean mayTry, IntUnaryOperator pick, long nowNanos) {
        this.set = set;
        this.capability = capability;
        this.mayTry = mayTry;
        this.asked = new BitSet(set.members().size());
        this.start = pick == null ? 0 : start(pick, nowNanos);
    }

    /** Whoever may be up again is tried first, or nobody would ever: the order does not lead past it by itself. */
    private int start(IntUnaryOperator pick, long nowNanos) {
        int up = 0;
        for (int i = 0; i < set.members().size(); i++) {
            Member member = set.members().get(i);
            if (member.can(capability)) {
                if (mayTry && member.health().isDue(nowNanos)) {
                    return i;
                }
                if (member.health().isUp()) {
                    up++;
                }
            }
        }
        int left = up == 0 ? 0 : pick.applyAsInt(up);
        for (int i = 0; i < set.members().size() && up > 0; i++) {
            Member member = set.members().get(i);
            if (member.can(capability) && member.health().isUp() && left-- == 0) {
                return i;
            }
        }
        return 0;
    }

    /** The next one that is up, or may be and is tried by this flow alone; null if there is none. */
    Member usable(long nowNanos) {
        int size = set.members().size();
        for (int i = 0; i < size; i++) {
            int index = (start + i) % size;
            Member member = set.members().get(index);
            if (!asked.get(index) && member.can(capability)) {
                Health.Admission admission = member.health().admit(nowNanos, mayTry);
                if (admission != Health.Admission.NO) {
                    asked.set(index);
                    trying = admission == Health.Admission.TRY;
                    return member;
                }
            }
        }
        return null;
    }

    /** Where no member is up: whoever has not been asked, in order; null if there is nobody left. */
    Member reserve(long nowNanos) {
        for (int i = asked.nextClearBit(0); i < set.members().size(); i = asked.nextClearBit(i + 1)) {
            asked.set(i);
            if (set.members().get(i).can(capability)) {
                return despite(set.members().get(i), nowNanos);
            }
        }
        return null;
    }

    private Member despite(Member member, long nowNanos) {
        trying = member.health().admit(nowNanos, mayTry) == Health.Admission.TRY;
        return member;
    }

    /** Whether the member that was given last was admitted to be tried, by this flow alone. */
    boolean isTrying() {
        return trying;
    }

    /** Whether there may be somebody left to ask. */
    boolean hasMore() {
        return asked.nextClearBit(0) < set.members().size();
    }
}
