package io.sluice.netlink.linux;

import static io.sluice.netlink.linux.NetlinkConstants.AF_INET;
import static io.sluice.netlink.linux.NetlinkConstants.AF_INET6;
import static io.sluice.netlink.linux.NetlinkConstants.FIB_RULE_INVERT;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_DPORT_RANGE;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_DST;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_FLOW;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_FWMARK;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_FWMASK;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_GOTO;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_IIFNAME;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_IP_PROTO;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_OIFNAME;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_PAD;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_PRIORITY;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_PROTOCOL;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_SRC;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_SUPPRESS_IFGROUP;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_SUPPRESS_PREFIXLEN;
import static io.sluice.netlink.linux.NetlinkConstants.FRA_TABLE;
import static io.sluice.netlink.linux.NetlinkConstants.FR_ACT_UNSPEC;
import static io.sluice.netlink.linux.NetlinkMessage.malformed;

import io.sluice.api.net.IpPrefix;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A policy rule as RTM_NEWRULE tells it (struct fib_rule_hdr and FRA_…).
 *
 * @param ipv6 of which family's rules
 * @param priority its place, small first
 * @param action FR_ACT_…
 * @param table for FR_ACT_TO_TBL
 * @param inverted it matches what its conditions do not
 * @param source from which prefix; of the other family if it contains no packet
 * @param destination to which prefix; likewise
 * @param input by which interface it came
 * @param output by which interface its socket is bound to send
 * @param mark the packet's mark, compared under {@code mask}; both 0 for no condition
 * @param mask bits of the mark that count
 * @param suppressLength a result with a prefix of at most this length is passed over
 * @param ipProtocol IP protocol number
 * @param destinationPort single port
 * @param protocol RTPROT_…: who made it
 * @param further whether it has conditions that are not told here (users, source ports, …): read only
 */
public record Rule(
        boolean ipv6,
        long priority,
        int action,
        long table,
        boolean inverted,
        Optional<IpPrefix> source,
        Optional<IpPrefix> destination,
        Optional<String> input,
        Optional<String> output,
        int mark,
        int mask,
        OptionalInt suppressLength,
        OptionalInt ipProtocol,
        OptionalInt destinationPort,
        int protocol,
        boolean further) {

    /**
     * What is told here, or is no condition: FRA_GOTO, FRA_FLOW, FRA_SUPPRESS_IFGROUP, FRA_PAD. Whatever else the kernel comes to know (FRA_UID_RANGE,
     * FRA_SPORT_RANGE, FRA_DSCP, …) is one.
     */
    private static final Set<Integer> TOLD = Set.of(
            FRA_DST,
            FRA_SRC,
            FRA_IIFNAME,
            FRA_GOTO,
            FRA_PRIORITY,
            FRA_FWMARK,
            FRA_FLOW,
            FRA_SUPPRESS_IFGROUP,
            FRA_SUPPRESS_PREFIXLEN,
            FRA_TABLE,
            FRA_FWMASK,
            FRA_OIFNAME,
            FRA_PAD,
            FRA_PROTOCOL,
            FRA_IP_PROTO,
            FRA_DPORT_RANGE);

    /** sizeof(struct fib_rule_hdr). */
    private static final int FIXED = 12;

    /** A rule of IPv6 may name a prefix that nobody can ask for ({@link Route#prefix}). Inverted it applies to all: it must not be left out. */
    private static final IpPrefix NOTHING = IpPrefix.parse("0.0.0.0/32");

    /** Every bit of the mark counts; the kernel's own default. */
    public static final int WHOLE_MARK = -1;

    /** struct fib_rule_hdr: family, dst_len, src_len, tos, table, res1, res2, action, flags. */
    static MessageWriter header(int message, int messageFlags, boolean ipv6) {
        return new MessageWriter(message, messageFlags).u8(ipv6 ? AF_INET6 : AF_INET);
    }

    MessageWriter write(int message, int messageFlags) {
        MessageWriter out = header(message, messageFlags, ipv6)
                .u8(destination.map(IpPrefix::length).orElse(0))
                .u8(source.map(IpPrefix::length).orElse(0))
                .u8(0)
                .u8(table <= 255 ? (int) table : 0)
                .u8(0)
                .u8(0)
                .u8(action)
                .u32(inverted ? FIB_RULE_INVERT : 0);
        source.ifPresent(prefix -> out.attribute(FRA_SRC, prefix.address()));
        destination.ifPresent(prefix -> out.attribute(FRA_DST, prefix.address()));
        input.ifPresent(name -> out.attribute(FRA_IIFNAME, name));
        output.ifPresent(name -> out.attribute(FRA_OIFNAME, name));
        if (priority != 0) {
            out.attributeU32(FRA_PRIORITY, (int) priority);
        }
        if (mark != 0) {
            out.attributeU32(FRA_FWMARK, mark);
            if (mask != WHOLE_MARK) {
                out.attributeU32(FRA_FWMASK, mask);
            }
        }
        if (table > 255) {
            out.attributeU32(FRA_TABLE, (int) table);
        }
        suppressLength.ifPresent(length -> out.attributeU32(FRA_SUPPRESS_PREFIXLEN, length));
        ipProtocol.ifPresent(number -> out.attributeU8(FRA_IP_PROTO, number));
        if (destinationPort.isPresent()) {
            int start = out.begin(FRA_DPORT_RANGE);
            out.u16(destinationPort.getAsInt()).u16(destinationPort.getAsInt()).end(start);
        }
        if (protocol != 0) {
            out.attributeU8(FRA_PROTOCOL, protocol);
        }
        return out;
    }

    /** One that could not be read: nobody's, without an action, and with conditions that are not known. */
    static Rule unknown(boolean ipv6) {
        return new Rule(
                ipv6,
                0,
                FR_ACT_UNSPEC,
                NetlinkConstants.RT_TABLE_UNSPEC,
                false,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                0,
                0,
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                NetlinkConstants.RTPROT_UNSPEC,
                true);
    }

    static Rule read(NetlinkMessage message) throws NetlinkException {
        ByteBuffer in = message.content();
        if (in.remaining() < FIXED) {
            throw malformed("fib_rule_hdr of " + in.remaining() + " octets");
        }
        Attributes attributes = Attributes.read(in.duplicate().position(FIXED));
        int suppress = attributes.u32(FRA_SUPPRESS_PREFIXLEN, -1);
        int mark = attributes.u32(FRA_FWMARK, 0);
        int number = attributes.u8(FRA_IP_PROTO, 0);
        Optional<ByteBuffer> ports = attributes.data(FRA_DPORT_RANGE);
        if (ports.isPresent() && ports.get().remaining() < 4) {
            throw malformed("fib_rule_port_range of " + ports.get().remaining() + " octets");
        }
        return new Rule(
                Byte.toUnsignedInt(in.get(0)) == AF_INET6,
                Integer.toUnsignedLong(attributes.u32(FRA_PRIORITY, 0)),
                Byte.toUnsignedInt(in.get(7)),
                Integer.toUnsignedLong(attributes.u32(FRA_TABLE, Byte.toUnsignedInt(in.get(4)))),
                (in.getInt(8) & FIB_RULE_INVERT) != 0,
                prefix(attributes.address(FRA_SRC), in.get(2)),
                prefix(attributes.address(FRA_DST), in.get(1)),
                attributes.string(FRA_IIFNAME),
                attributes.string(FRA_OIFNAME),
                mark,
                attributes.u32(FRA_FWMASK, mark == 0 ? 0 : WHOLE_MARK),
                suppress < 0 ? OptionalInt.empty() : OptionalInt.of(suppress),
                number == 0 ? OptionalInt.empty() : OptionalInt.of(number),
                ports.isPresent()
                        ? OptionalInt.of(Short.toUnsignedInt(ports.get().getShort(0)))
                        : OptionalInt.empty(),
                attributes.u8(FRA_PROTOCOL, 0),
                in.get(3) != 0 || attributes.hasBeyond(TOLD));
    }

    private static Optional<IpPrefix> prefix(Optional<InetAddress> address, byte length) throws NetlinkException {
        return address.isEmpty()
                ? Optional.empty()
                : Route.prefix(address.get(), Byte.toUnsignedInt(length)).or(() -> Optional.of(NOTHING));
    }
}
