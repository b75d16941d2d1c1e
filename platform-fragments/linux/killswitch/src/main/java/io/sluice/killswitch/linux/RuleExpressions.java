package io.sluice.killswitch.linux;

import io.sluice.api.net.IpPrefix;
import io.sluice.killswitch.spi.Action;
import io.sluice.killswitch.spi.FilterRule;
import io.sluice.killswitch.spi.Match;
import io.sluice.nftables.linux.netlink.NftConstants;
import io.sluice.nftables.linux.netlink.NftExpressions;

/**
 * A rule in the kernel's expressions, as the program nft would translate {@link RuleText}. What a field of a header stands on (family, protocol) is
 * tested once, before it.
 */
final class RuleExpressions {

    /** linux/if_ether.h. */
    private static final int ETH_P_IP = 0x0800;

    private static final int ETH_P_IPV6 = 0x86dd;

    /** RFC 791 §3.1, RFC 8200 §3. */
    private static final int IP_SOURCE = 12;

    private static final int IP_DESTINATION = 16;
    private static final int IP6_SOURCE = 8;
    private static final int IP6_DESTINATION = 24;

    /** RFC 9293 §3.1. */
    private static final int TCP_FLAGS = 13;

    private static final int TCP_SEQUENCE = 4;

    private static final int TCP_FIN = 0x01;
    private static final int TCP_SYN = 0x02;
    private static final int TCP_RST = 0x04;
    private static final int TCP_ACK = 0x10;

    private final NftExpressions out = new NftExpressions();
    private final boolean guard;
    private boolean familyTested;
    private boolean protocolTested;

    private RuleExpressions(boolean guard) {
        this.guard = guard;
    }

    /** @param guard for a chain of the family netdev, which knows no nfproto */
    static NftExpressions of(FilterRule rule, boolean guard) {
        RuleExpressions expressions = new RuleExpressions(guard);
        rule.matches().forEach(expressions::match);
        rule.counted().ifPresent(_ -> expressions.out.counter());
        expressions.action(rule.action());
        return expressions.out;
    }

    private void match(Match match) {
        switch (match) {
            case Match.ArrivedBy(String device, boolean not) -> device(NftConstants.NFT_META_IIFNAME, device, not);
            case Match.LeavesBy(String device, boolean not) -> device(NftConstants.NFT_META_OIFNAME, device, not);
            case Match.Marked(int mark) -> out.meta(NftConstants.NFT_META_MARK).equal(NftExpressions.hostOrder(mark));
            case Match.HasMarkBit(int bit) -> {
                byte[] mask = NftExpressions.hostOrder(bit);
                out.meta(NftConstants.NFT_META_MARK)
                        .bitwise(mask, new byte[mask.length])
                        .equal(mask);
            }
            case Match.ForSocketMarked(int mark) -> out.socketMark().equal(NftExpressions.hostOrder(mark));
            case Match.Family(boolean ipv6) -> family(ipv6);
            case Match.NotIp() ->
                out.meta(NftConstants.NFT_META_PROTOCOL)
                        .notEqual(NftExpressions.networkOrder16(ETH_P_IP))
                        .meta(NftConstants.NFT_META_PROTOCOL)
                        .notEqual(NftExpressions.networkOrder16(ETH_P_IPV6));
            case Match.From(IpPrefix prefix) -> prefix(prefix, prefix.isIpv6() ? IP6_SOURCE : IP_SOURCE);
            case Match.To(IpPrefix prefix) -> prefix(prefix, prefix.isIpv6() ? IP6_DESTINATION : IP_DESTINATION);
            case Match.Protocol(int number) -> protocol(number);
            case Match.FromPort(int protocol, int port) -> transport(protocol, 0, NftExpressions.networkOrder16(port));
            case Match.ToPort(int protocol, int port) -> transport(protocol, 2, NftExpressions.networkOrder16(port));
            case Match.IcmpType(int protocol, int type) -> transport(protocol, 0, new byte[] {(byte) type});
            case Match.IcmpCodeZero(int protocol) -> transport(protocol, 1, new byte[1]);
            case Match.TcpOpening() -> tcpFlags(TCP_SYN);
            case Match.TcpRefusal() -> {
                tcpFlags(TCP_RST | TCP_ACK);
                transport(Match.TCP, TCP_SEQUENCE, new byte[Integer.BYTES]);
            }
            case Match.Established() ->
                anyBit(NftConstants.NFT_CT_STATE, NftConstants.STATE_ESTABLISHED | NftConstants.STATE_RELATED);
            case Match.Reply() ->
                out.ct(NftConstants.NFT_CT_DIRECTION).equal(new byte[] {NftConstants.IP_CT_DIR_REPLY});
            case Match.Redirected() -> anyBit(NftConstants.NFT_CT_STATUS, NftConstants.IPS_DST_NAT);
        }
    }

    private void action(Action action) {
        switch (action) {
            case Action.Accept() -> out.accept();
            case Action.Drop() -> out.drop();
            case Action.Prohibit() ->
                out.reject(NftConstants.NFT_REJECT_ICMPX_UNREACH, NftConstants.NFT_REJECT_ICMPX_ADMIN_PROHIBITED);
            case Action.Unreachable() ->
                out.reject(NftConstants.NFT_REJECT_ICMPX_UNREACH, NftConstants.NFT_REJECT_ICMPX_PORT_UNREACH);
            case Action.Reset() -> out.reject(NftConstants.NFT_REJECT_TCP_RST, 0);
            case Action.Mark(int mark) ->
                out.load(NftExpressions.hostOrder(mark)).setMark();
            case Action.MarkBit(int bit) ->
                out.meta(NftConstants.NFT_META_MARK)
                        .bitwise(NftExpressions.hostOrder(~bit), NftExpressions.hostOrder(bit))
                        .setMark();
            case Action.Continue() -> {}
            case Action.Jump(String chain) -> out.jump(chain);
        }
    }

    private void device(int key, String name, boolean not) {
        byte[] octets = NftExpressions.device(name);
        out.meta(key);
        if (not) {
            out.notEqual(octets);
        } else {
            out.equal(octets);
        }
    }

    /** Some of these bits are set. */
    private void anyBit(int key, int bits) {
        byte[] mask = NftExpressions.hostOrder(bits);
        byte[] none = new byte[mask.length];
        out.ct(key).bitwise(mask, none).notEqual(none);
    }

    private void family(boolean ipv6) {
        if (familyTested) {
            return;
        }
        familyTested = true;
        if (guard) {
            out.meta(NftConstants.NFT_META_PROTOCOL).equal(NftExpressions.networkOrder16(ipv6 ? ETH_P_IPV6 : ETH_P_IP));
        } else {
            int family = ipv6 ? NftConstants.NFPROTO_IPV6 : NftConstants.NFPROTO_IPV4;
            out.meta(NftConstants.NFT_META_NFPROTO).equal(new byte[] {(byte) family});
        }
    }

    private void protocol(int number) {
        if (!protocolTested) {
            protocolTested = true;
            out.meta(NftConstants.NFT_META_L4PROTO).equal(new byte[] {(byte) number});
        }
    }

    private void transport(int protocol, int offset, byte[] octets) {
        protocol(protocol);
        out.payload(NftConstants.NFT_PAYLOAD_TRANSPORT_HEADER, offset, octets.length)
                .equal(octets);
    }

    /** Of FIN, SYN, RST and ACK these are set and no others. */
    private void tcpFlags(int set) {
        protocol(Match.TCP);
        byte[] mask = {TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK};
        out.payload(NftConstants.NFT_PAYLOAD_TRANSPORT_HEADER, TCP_FLAGS, 1)
                .bitwise(mask, new byte[1])
                .equal(new byte[] {(byte) set});
    }

    private void prefix(IpPrefix prefix, int offset) {
        family(prefix.isIpv6());
        byte[] address = prefix.network().address().getAddress();
        out.payload(NftConstants.NFT_PAYLOAD_NETWORK_HEADER, offset, address.length);
        if (prefix.length() < address.length * Byte.SIZE) {
            byte[] mask = new byte[address.length];
            for (int bit = 0; bit < prefix.length(); bit++) {
                mask[bit >> 3] |= (byte) (0x80 >> (bit & 7));
            }
            out.bitwise(mask, new byte[mask.length]);
        }
        out.equal(address);
    }
}
