package io.sluice.netlink.linux;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What an announcement of the kernel is about. */
public enum Topic {
    /** Interfaces. */
    LINK,
    /** Addresses of interfaces. */
    ADDRESS,
    /** Routes of any table. */
    ROUTE,
    /** Policy rules. */
    RULE;

    /** Each of them: something was announced, but not heard. */
    static final Set<Topic> ALL = EnumSet.allOf(Topic.class);

    /** Multicast groups that announce these topics for both families. */
    static final int[] GROUPS = {
        NetlinkConstants.RTNLGRP_LINK,
        NetlinkConstants.RTNLGRP_IPV4_IFADDR,
        NetlinkConstants.RTNLGRP_IPV4_ROUTE,
        NetlinkConstants.RTNLGRP_IPV4_RULE,
        NetlinkConstants.RTNLGRP_IPV6_IFADDR,
        NetlinkConstants.RTNLGRP_IPV6_ROUTE,
        NetlinkConstants.RTNLGRP_IPV6_RULE
    };

    /** By message type: RTM_NEW…, RTM_DEL… and RTM_SET… of one topic are four consecutive numbers (linux/rtnetlink.h). */
    static Optional<Topic> of(int messageType) {
        return switch (messageType & ~3) {
            case NetlinkConstants.RTM_NEWLINK -> Optional.of(LINK);
            case NetlinkConstants.RTM_NEWADDR -> Optional.of(ADDRESS);
            case NetlinkConstants.RTM_NEWROUTE -> Optional.of(ROUTE);
            case NetlinkConstants.RTM_NEWRULE -> Optional.of(RULE);
            default -> Optional.empty();
        };
    }
}
