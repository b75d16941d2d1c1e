package io.sluice.killswitch.linux;

import static io.sluice.nftables.linux.netlink.NftConstants.NFPROTO_INET;
import static io.sluice.nftables.linux.netlink.NftConstants.NFPROTO_NETDEV;

import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchException.Code;
import io.sluice.api.killswitch.KillSwitchStatus.Drops;
import io.sluice.killswitch.spi.Filter;
import io.sluice.netlink.linux.Batch;
import io.sluice.netlink.linux.Errno;
import io.sluice.netlink.linux.NetlinkConstants;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.NetlinkSocket;
import io.sluice.nftables.linux.netlink.NftMessages;
import io.sluice.nftables.linux.netlink.NftSnapshot;
import io.sluice.nftables.linux.netlink.NftSnapshot.CountedRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our tables in the kernel, by one socket, which owns the guard. One thread at a time.
 *
 * <p>The batch that has set the last filter is kept as it was sent. When another program takes the filter away, that batch goes out first and questions are
 * asked afterwards: to make it anew takes longer than the kernel needs for it, the more so the first time in a process. What remains is the kernel's: where
 * the other program ends at once, as nft(8) does, the end of its socket may hold the tables for some 20 ms until what it deleted is freed.
 */
final class KernelFilter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KernelFilter.class);

    /** An interface may vanish between the listing and the batch; each attempt lists them anew. */
    private static final int ATTEMPTS = 4;

    private static final String SET = "set the table inet " + NftTables.FILTER;

    private static final String REMOVE = "remove the table inet " + NftTables.FILTER;

    private static final String OTHERS_GUARD =
            "Another program owns a table netdev " + NftTables.GUARD + ", which was left as it is, with what it drops."
                    + " See whose it is with: nft list table netdev " + NftTables.GUARD
                    + "; end that program and set the mode again.";

    /** What was asked for last, and the batch that set as much of it as could be had. */
    private record Last(Filter filter, Batch batch) {}

    private Optional<Last> last = Optional.empty();
    private boolean closed;
    private NetlinkSocket socket;
    private int port;
    private List<String> guarded = List.of();
    private Optional<String> guardLimitation = Optional.empty();

    private NetlinkSocket socket() throws NetlinkException {
        if (closed) {
            throw new NetlinkException(Errno.EBADF, "the packet filter's socket was closed with its room");
        }
        if (socket == null) {
            socket = NetlinkSocket.open(NetlinkConstants.NETLINK_NETFILTER);
            port = socket.port();
        }
        return socket;
    }

    /** The socket's number in notices, so that our own changes are known. */
    synchronized int port() {
        return port;
    }

    /** The interfaces that the guard stands at. */
    synchronized List<String> guarded() {
        return guarded;
    }

    synchronized Optional<String> guardLimitation() {
        return guardLimitation;
    }

    /** Both tables in one batch; the filter alone, if the kernel cannot have the guard. */
    synchronized void set(Filter filter) throws KillSwitchException {
        if (repeated(filter)) {
            return;
        }
        guardLimitation = Optional.empty();
        if (filter.guard().isEmpty()) {
            guardLimitation = alone(filter, filter).map(_ -> OTHERS_GUARD);
            return;
        }
        KillSwitchException refused = null;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                send(filter, filter, GuardedInterfaces.list(filter.guard().get().except()), false);
                return;
            } catch (NetlinkException e) {
                throw translated("list the interfaces", e);
            } catch (KillSwitchException e) {
                refused = e;
                if (e.code() == Code.FILTER_DENIED) {
                    break; // a table is another's, or we have no right: that does not change by asking again
                }
            }
        }
        String why = alone(filter, filter.withoutGuard()).isPresent() ? OTHERS_GUARD : refused.getMessage();
        guardLimitation = Optional.of(
                "The guard at the interfaces is not there, so a flush of the host's rules opens them until they are"
                        + " back, some milliseconds later: " + why);
    }

    /** Whether that was asked for last and is in force once more. If not, the long way mends it or tells what is wrong. */
    private boolean repeated(Filter filter) {
        if (last.filter(before -> before.filter().equals(filter)).isEmpty()) {
            return false;
        }
        try {
            socket().transact(last.get().batch(), SET);
            List<String> devices = filter.guard().isPresent()
                    ? GuardedInterfaces.list(filter.guard().get().except())
                    : List.of();
            if (guardLimitation.isPresent() || !devices.equals(guarded)) {
                return false;
            }
            verify(filter, devices);
            return true;
        } catch (NetlinkException | KillSwitchException e) {
            LOG.debug("the filter is made anew: {}", e.getMessage());
            return false;
        }
    }

    /**
     * Without a guard; ours of before goes.
     *
     * @return the refusal, if a table of the guard's name is another's and was left alone
     */
    private Optional<KillSwitchException> alone(Filter asked, Filter filter) throws KillSwitchException {
        boolean guard;
        try {
            guard = NftSnapshot.hasTable(socket(), NFPROTO_NETDEV, NftTables.GUARD);
        } catch (NetlinkException e) {
            throw translated(SET, e);
        }
        try {
            send(asked, filter, List.of(), guard);
            return Optional.empty();
        } catch (KillSwitchException e) {
            if (!guard || e.code() != Code.FILTER_DENIED) {
                throw e;
            }
            send(asked, filter, List.of(), false);
            return Optional.of(e);
        }
    }

    private void send(Filter asked, Filter filter, List<String> devices, boolean withoutOldGuard)
            throws KillSwitchException {
        try {
            NftMessages messages = new NftMessages();
            NftTables.addFilter(messages, filter);
            if (filter.guard().isPresent()) {
                NftTables.addGuard(messages, filter.guard().get(), devices);
            } else if (withoutOldGuard) {
                messages.noTable(NFPROTO_NETDEV, NftTables.GUARD);
            }
            Batch batch = messages.batch();
            socket().transact(batch, SET);
            guarded = devices;
            last = Optional.of(new Last(asked, batch));
            verify(filter, devices);
        } catch (NetlinkException e) {
            throw translated(SET, e);
        }
    }

    private void verify(Filter filter, List<String> devices) throws NetlinkException, KillSwitchException {
        List<String> wanted = new ArrayList<>(NftTables.expected(filter));
        List<String> found = new ArrayList<>(names(NFPROTO_INET, NftTables.FILTER));
        if (filter.guard().isPresent()) {
            wanted.addAll(NftTables.expected(filter.guard().get(), devices.size()));
            found.addAll(names(NFPROTO_NETDEV, NftTables.GUARD));
        }
        if (!wanted.equals(found)) {
            throw differs(wanted.size() + " rules were set and the kernel has " + found.size() + " or others");
        }
        long hooks = filter.chains().stream()
                .filter(chain -> chain.hook().isPresent())
                .count();
        int there = NftSnapshot.hooked(socket(), NFPROTO_INET, NftTables.FILTER).size();
        if (hooks != there) {
            throw differs(hooks + " chains were set at hooks and the kernel has " + there);
        }
    }

    private static KillSwitchException differs(String how) {
        return new KillSwitchException(
                Code.FILTER_DIFFERS,
                "The kernel's filter is not what was set: " + how
                        + ". Something else writes the table; see: nft monitor",
                null);
    }

    private List<String> names(int family, String table) throws NetlinkException {
        return NftSnapshot.rules(socket(), family, table).stream()
                .map(rule -> rule.chain() + ": " + rule.comment())
                .toList();
    }

    synchronized boolean present() throws KillSwitchException {
        try {
            return NftSnapshot.hasTable(socket(), NFPROTO_INET, NftTables.FILTER);
        } catch (NetlinkException e) {
            throw translated("look for the table inet " + NftTables.FILTER, e);
        }
    }

    synchronized boolean remove() throws KillSwitchException {
        try {
            boolean filter = NftSnapshot.hasTable(socket(), NFPROTO_INET, NftTables.FILTER);
            boolean guard = NftSnapshot.hasTable(socket(), NFPROTO_NETDEV, NftTables.GUARD);
            guardLimitation = Optional.empty();
            try {
                remove(filter, guard);
            } catch (NetlinkException e) {
                if (!guard || e.errno() != Errno.EPERM) {
                    throw e;
                }
                remove(filter, false);
                guardLimitation = Optional.of(OTHERS_GUARD);
            }
            guarded = List.of();
            last = Optional.empty();
            return filter || guard;
        } catch (NetlinkException e) {
            throw translated(REMOVE, e);
        }
    }

    private void remove(boolean filter, boolean guard) throws NetlinkException {
        NftMessages messages = new NftMessages();
        if (filter) {
            messages.noTable(NFPROTO_INET, NftTables.FILTER);
        }
        if (guard) {
            messages.noTable(NFPROTO_NETDEV, NftTables.GUARD);
        }
        if (filter || guard) {
            socket().transact(messages.batch(), REMOVE);
        }
    }

    synchronized List<Drops> counters() throws KillSwitchException {
        Map<String, long[]> kinds = new TreeMap<>();
        try {
            for (CountedRule rule : rules()) {
                String[] words = rule.comment().split(" ");
                if (rule.comment().startsWith(RuleText.OWNER) && words.length == 3 && !words[1].equals("-")) {
                    long[] sum = kinds.computeIfAbsent(words[1], _ -> new long[2]);
                    sum[0] += rule.packets();
                    sum[1] += rule.octets();
                }
            }
        } catch (NetlinkException e) {
            throw translated("read the counters", e);
        }
        return kinds.entrySet().stream()
                .map(kind -> new Drops(kind.getKey(), kind.getValue()[0], kind.getValue()[1]))
                .toList();
    }

    private List<CountedRule> rules() throws NetlinkException {
        List<CountedRule> rules = new ArrayList<>(NftSnapshot.rules(socket(), NFPROTO_INET, NftTables.FILTER));
        if (!guarded.isEmpty()) {
            rules.addAll(NftSnapshot.rules(socket(), NFPROTO_NETDEV, NftTables.GUARD));
        }
        return rules;
    }

    static KillSwitchException translated(String what, NetlinkException e) {
        Code code = switch (e.errno()) {
            case Errno.EPERM, Errno.EACCES -> Code.FILTER_DENIED;
            case Errno.EAFNOSUPPORT, EPROTONOSUPPORT -> Code.FILTER_ABSENT;
            default -> Code.FILTER_REFUSED;
        };
        String remedy = switch (e.errno()) {
            case Errno.EPERM, Errno.EACCES -> ". That needs CAP_NET_ADMIN: run as root";
            case Errno.ENOENT, Errno.EOPNOTSUPP ->
                ". The kernel may lack a module (nf_tables, nft_ct, nft_reject_inet, nft_socket)";
            default -> "";
        };
        return new KillSwitchException(code, "Could not " + what + ": " + e.getMessage() + remedy, e);
    }

    /** asm-generic/errno.h: no such netlink protocol, so no netfilter. */
    private static final int EPROTONOSUPPORT = 93;

    /** For good: the filter stays, the guard goes. */
    @Override
    public synchronized void close() {
        closed = true;
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
