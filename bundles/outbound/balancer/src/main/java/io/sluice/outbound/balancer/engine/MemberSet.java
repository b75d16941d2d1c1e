package io.sluice.outbound.balancer.engine;

import io.sluice.api.outbound.Capability;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The members that are there, in the order of the configuration. Immutable. */
record MemberSet(List<Member> members, Set<Capability> capabilities) {

    static final MemberSet EMPTY = of(List.of());

    static MemberSet of(List<Member> members) {
        return new MemberSet(List.copyOf(members), capabilities(members));
    }

    /**
     * A stream or an association takes one that can do it, whatever the others can; a name or an echo may meet any of them. Without members it says that it carries
     * everything, so that a flow hears what is missing.
     */
    private static Set<Capability> capabilities(List<Member> members) {
        if (members.isEmpty()) {
            return Set.of(Capability.TCP, Capability.UDP);
        }
        Set<Capability> any = EnumSet.noneOf(Capability.class);
        Set<Capability> all = EnumSet.allOf(Capability.class);
        for (Member member : members) {
            any.addAll(member.capabilities());
            all.retainAll(member.capabilities());
        }
        any.removeAll(EnumSet.of(Capability.REMOTE_NAMES, Capability.LOCAL_ECHO));
        any.addAll(all);
        return Set.copyOf(any);
    }

    /** Null if it is not there. */
    Member find(String tag) {
        for (Member member : members) {
            if (member.tag().equals(tag)) {
                return member;
            }
        }
        return null;
    }

    boolean contains(Member member) {
        return members.contains(member);
    }
}
