package io.sluice.nftables.linux.netlink;

import static io.sluice.nftables.linux.netlink.NftConstants.*;

import io.sluice.netlink.linux.Attributes;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.NetlinkMessage;
import io.sluice.netlink.linux.NetlinkSocket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads tables back, and tells whom a notification concerns. */
public final class NftSnapshot {

    /** sizeof(struct nfgenmsg). */
    private static final int FIXED = 4;

    /** Octets of type and length before a comment in a rule's user data. */
    private static final int COMMENT_HEADER = 2;

    /** NFTA_COUNTER_BYTES, NFTA_COUNTER_PACKETS. */
    private static final int COUNTER_BYTES = 1;

    private static final int COUNTER_PACKETS = 2;

    /** A rule as the kernel has it: the comment, by which its maker knows it, and what it has counted. */
    public record CountedRule(String chain, String comment, long packets, long octets) {}

    private NftSnapshot() {}

    /** Whether there is such a table. */
    public static boolean hasTable(NetlinkSocket socket, int family, String table) throws NetlinkException {
        for (NetlinkMessage part : socket.dump(NftMessages.dump(NFT_MSG_GETTABLE, family), "list tables")) {
            if (attributes(part).string(NFTA_TABLE_NAME).equals(Optional.of(table))) {
                return true;
            }
        }
        return false;
    }

    /** The names of the table's chains that stand at a hook. */
    public static List<String> hooked(NetlinkSocket socket, int family, String table) throws NetlinkException {
        List<String> chains = new ArrayList<>();
        for (NetlinkMessage part : socket.dump(NftMessages.dump(NFT_MSG_GETCHAIN, family), "list chains")) {
            Attributes chain = attributes(part);
            if (chain.string(NFTA_CHAIN_TABLE).equals(Optional.of(table))
                    && chain.data(NFTA_CHAIN_HOOK).isPresent()) {
                chains.add(chain.string(NFTA_CHAIN_NAME).orElse(""));
            }
        }
        return chains;
    }

    /** The table's rules, chain by chain in order. */
    public static List<CountedRule> rules(NetlinkSocket socket, int family, String table) throws NetlinkException {
        List<CountedRule> rules = new ArrayList<>();
        var request = NftMessages.dump(NFT_MSG_GETRULE, family).attribute(NFTA_RULE_TABLE, table);
        for (NetlinkMessage part : socket.dump(request, "list rules of " + table)) {
            Attributes rule = attributes(part);
            // Old kernels do not filter by the table.
            if (rule.string(NFTA_RULE_TABLE).equals(Optional.of(table))) {
                rules.add(rule(rule));
            }
        }
        return rules;
    }

    private static CountedRule rule(Attributes rule) throws NetlinkException {
        long packets = 0;
        long octets = 0;
        Optional<ByteBuffer> list = rule.data(NFTA_RULE_EXPRESSIONS);
        if (list.isPresent()) {
            for (ByteBuffer element : Attributes.elements(list.get())) {
                Attributes expression = Attributes.read(element);
                if (expression.string(NFTA_EXPR_NAME).equals(Optional.of("counter"))) {
                    Attributes counter =
                            Attributes.read(expression.data(NFTA_EXPR_DATA).orElseGet(() -> ByteBuffer.allocate(0)));
                    packets += number(counter, COUNTER_PACKETS);
                    octets += number(counter, COUNTER_BYTES);
                }
            }
        }
        String comment = rule.data(NFTA_RULE_USERDATA).map(NftSnapshot::comment).orElse("");
        return new CountedRule(rule.string(NFTA_RULE_CHAIN).orElse(""), comment, packets, octets);
    }

    private static long number(Attributes counter, int attribute) {
        return counter.data(attribute)
                .filter(data -> data.remaining() >= Long.BYTES)
                .map(data -> data.order(ByteOrder.BIG_ENDIAN).getLong())
                .orElse(0L);
    }

    private static String comment(ByteBuffer data) {
        if (data.remaining() <= COMMENT_HEADER || data.get(0) != 0) {
            return "";
        }
        int length = Math.min(Byte.toUnsignedInt(data.get(1)) - 1, data.remaining() - COMMENT_HEADER);
        byte[] octets = new byte[Math.max(0, length)];
        data.get(COMMENT_HEADER, octets);
        return new String(octets, StandardCharsets.UTF_8);
    }

    /**
     * Whether the message tells of a change to these tables that another socket than these has made. What the kernel does by itself, such as removing
     * the chain of an interface that is gone, nobody has made.
     */
    public static boolean concerns(NetlinkMessage notification, List<String> tables, List<Integer> own)
            throws NetlinkException {
        if (notification.type() >> 8 != NFNL_SUBSYS_NFTABLES
                || (notification.type() & 0xff) == NFT_MSG_NEWGEN
                || notification.port() == 0
                || own.contains(notification.port())) {
            return false;
        }
        // The table's name is the first attribute of each of these messages.
        return attributes(notification)
                .string(NFTA_TABLE_NAME)
                .filter(tables::contains)
                .isPresent();
    }

    private static Attributes attributes(NetlinkMessage message) throws NetlinkException {
        ByteBuffer in = message.content();
        if (in.remaining() < FIXED) {
            throw NetlinkMessage.malformed("nfgenmsg of " + in.remaining() + " octets");
        }
        return Attributes.read(in.position(FIXED));
    }
}
