package io.sluice.nftables.linux.netlink;

import static io.sluice.netlink.linux.NetlinkConstants.*;
import static io.sluice.nftables.linux.netlink.NftConstants.*;

import io.sluice.netlink.linux.Batch;
import io.sluice.netlink.linux.MessageWriter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds one batch, in the order of the calls: all of it takes effect, or nothing. */
public final class NftMessages {

    private static final int NLA_F_NESTED = 0x8000;

    /** NFNETLINK_V0. */
    private static final int VERSION = 0;

    /** NFTNL_UDATA_RULE_COMMENT (libnftnl/udata.h), which the program nft prints as the rule's comment. */
    private static final int COMMENT = 0;

    private static final int LONGEST_COMMENT = 127;

    private final List<MessageWriter> messages = new ArrayList<>();

    public NftMessages() {
        messages.add(header(NFNL_MSG_BATCH_BEGIN, NLM_F_REQUEST, 0, NFNL_SUBSYS_NFTABLES));
    }

    /**
     * Replaces a table by an empty one, whether it is there or not.
     *
     * @param owned only the socket that sends this may change it afterwards, and it goes away with that socket
     */
    public NftMessages freshTable(int family, String name, boolean owned) {
        noTable(family, name);
        MessageWriter table = table(NFT_MSG_NEWTABLE, NLM_F_CREATE, family, name);
        messages.add(owned ? table.attributeBe32(NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER) : table);
        return this;
    }

    /** Removes a table, whether it is there or not. */
    public NftMessages noTable(int family, String name) {
        messages.add(table(NFT_MSG_NEWTABLE, NLM_F_CREATE, family, name));
        messages.add(table(NFT_MSG_DELTABLE, 0, family, name));
        return this;
    }

    private static MessageWriter table(int message, int flags, int family, String name) {
        return nft(message, NLM_F_REQUEST | flags, family).attribute(NFTA_TABLE_NAME, name);
    }

    /** A chain that others jump to. */
    public NftMessages chain(int family, String table, String name) {
        messages.add(newChain(family, table, name));
        return this;
    }

    /**
     * A chain of type filter at a hook.
     *
     * @param device the interface, for the family netdev
     */
    public NftMessages chain(
            int family, String table, String name, int hook, int priority, Optional<String> device, boolean dropsRest) {
        MessageWriter out = newChain(family, table, name);
        int nested = out.begin(nested(NFTA_CHAIN_HOOK));
        out.attributeBe32(NFTA_HOOK_HOOKNUM, hook).attributeBe32(NFTA_HOOK_PRIORITY, priority);
        device.ifPresent(dev -> out.attribute(NFTA_HOOK_DEV, dev));
        out.end(nested);
        out.attribute(NFTA_CHAIN_TYPE, "filter").attributeBe32(NFTA_CHAIN_POLICY, dropsRest ? NF_DROP : NF_ACCEPT);
        messages.add(out);
        return this;
    }

    private static MessageWriter newChain(int family, String table, String name) {
        return nft(NFT_MSG_NEWCHAIN, NLM_F_REQUEST | NLM_F_CREATE, family)
                .attribute(NFTA_CHAIN_TABLE, table)
                .attribute(NFTA_CHAIN_NAME, name);
    }

    /** A rule at the end of its chain. */
    public NftMessages rule(int family, String table, String chain, NftExpressions expressions, String comment) {
        MessageWriter out = nft(NFT_MSG_NEWRULE, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_APPEND, family)
                .attribute(NFTA_RULE_TABLE, table)
                .attribute(NFTA_RULE_CHAIN, chain);
        int list = out.begin(nested(NFTA_RULE_EXPRESSIONS));
        expressions.write(out);
        out.end(list);
        out.attribute(NFTA_RULE_USERDATA, comment(comment));
        messages.add(out);
        return this;
    }

    /** The messages; the last but the end asks for the acknowledgement of all. */
    public Batch batch() {
        List<MessageWriter> all = new ArrayList<>(messages);
        all.getLast().acknowledged();
        all.add(header(NFNL_MSG_BATCH_END, NLM_F_REQUEST, 0, NFNL_SUBSYS_NFTABLES));
        return Batch.of(all);
    }

    static MessageWriter dump(int message, int family) {
        return nft(message, NLM_F_REQUEST | NLM_F_ROOT | NLM_F_MATCH, family);
    }

    static MessageWriter nft(int message, int flags, int family) {
        return header(NFNL_SUBSYS_NFTABLES << 8 | message, flags, family, 0);
    }

    /** struct nlmsghdr and struct nfgenmsg, whose last field is in network byte order. */
    private static MessageWriter header(int type, int flags, int family, int resource) {
        return new MessageWriter(type, flags)
                .u8(family)
                .u8(VERSION)
                .u8(resource >> 8)
                .u8(resource);
    }

    static int nested(int attribute) {
        return attribute | NLA_F_NESTED;
    }

    private static byte[] comment(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        if (octets.length > LONGEST_COMMENT) {
            throw new IllegalArgumentException("comment of " + octets.length + " octets: " + text);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(COMMENT);
        out.write(octets.length + 1);
        out.writeBytes(octets);
        out.write(0);
        return out.toByteArray();
    }
}
