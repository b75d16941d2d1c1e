package io.sluice.killswitch.linux;

import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.killswitch.spi.FirewallBackend;
import io.sluice.netlink.linux.NetlinkConstants;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.NetlinkSocket;
import io.sluice.nftables.linux.netlink.NftConstants;
import io.sluice.nftables.linux.netlink.NftSnapshot;
import java.time.Duration;
import java.util.List;

/** Hears of changes to our tables, and of interfaces that come. */
final class FilterWatch implements FirewallBackend.Watch {

    /** How long a thread that is no longer wanted may wait for a last notice. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private static final List<String> TABLES = List.of(NftTables.FILTER, NftTables.GUARD);

    private final NoticeThread rules;
    private final NoticeThread links;

    private FilterWatch(NoticeThread rules, NoticeThread links) {
        this.rules = rules;
        this.links = links;
    }

    static FilterWatch start(KernelFilter filter, FirewallBackend.Notices notices) throws KillSwitchException {
        NetlinkSocket tables = null;
        try {
            tables = NetlinkSocket.subscribe(
                    NetlinkConstants.NETLINK_NETFILTER, PATIENCE, NftConstants.NFNLGRP_NFTABLES);
            NetlinkSocket interfaces = NetlinkSocket.subscribe(PATIENCE, NetlinkConstants.RTNLGRP_LINK);
            NoticeThread rules = new NoticeThread(
                    "killswitch-rules",
                    tables,
                    notice -> NftSnapshot.concerns(notice, TABLES, List.of(filter.port())),
                    notices::rulesChanged);
            return new FilterWatch(
                    rules,
                    new NoticeThread(
                            "killswitch-links",
                            interfaces,
                            notice -> notice.type() == NetlinkConstants.RTM_NEWLINK,
                            () -> {
                                notices.interfaceCame();
                                return true;
                            }));
        } catch (NetlinkException e) {
            if (tables != null) {
                tables.close();
            }
            throw KernelFilter.translated("watch the host's filter", e);
        }
    }

    @Override
    public void close() {
        rules.close();
        links.close();
    }
}
