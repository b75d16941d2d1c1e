package io.sluice.killswitch.linux;

import io.sluice.killswitch.spi.Action;
import io.sluice.killswitch.spi.FilterRule;
import io.sluice.killswitch.spi.Match;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import java.util.zip.CRC32;

/** A rule in the language of nft(8). Names of interfaces are quoted; nothing else in it comes from outside. */
final class RuleText {

    /** What every comment of ours begins with. */
    static final String OWNER = "sluice ";

    private RuleText() {}

    /** With its comment. */
    static String line(FilterRule rule, boolean guard) {
        return of(rule, guard) + " comment \"" + comment(rule, guard) + "\"";
    }

    /** {@code sluice dns 1a2b3c4d}: whose, what it counts, and a checksum of its text. */
    static String comment(FilterRule rule, boolean guard) {
        CRC32 sum = new CRC32();
        sum.update(of(rule, guard).getBytes(StandardCharsets.UTF_8));
        return OWNER + rule.counted().orElse("-") + " " + String.format("%08x", sum.getValue());
    }

    static String of(FilterRule rule, boolean guard) {
        StringJoiner text = new StringJoiner(" ");
        rule.matches().forEach(match -> text.add(match(match, guard)));
        rule.counted().ifPresent(_ -> text.add("counter"));
        String action = action(rule.action());
        if (!action.isEmpty()) {
            text.add(action);
        }
        return text.toString();
    }

    private static String match(Match match, boolean guard) {
        return switch (match) {
            case Match.ArrivedBy(String device, boolean not) -> "iifname " + (not ? "!= " : "") + quoted(device);
            case Match.LeavesBy(String device, boolean not) -> "oifname " + (not ? "!= " : "") + quoted(device);
            case Match.Marked(int mark) -> "meta mark " + hex(mark);
            case Match.HasMarkBit(int bit) -> "meta mark & " + hex(bit) + " == " + hex(bit);
            case Match.ForSocketMarked(int mark) -> "socket mark " + hex(mark);
            case Match.Family(boolean ipv6) ->
                guard ? "meta protocol " + (ipv6 ? "ip6" : "ip") : "meta nfproto " + (ipv6 ? "ipv6" : "ipv4");
            case Match.NotIp() -> "meta protocol != ip meta protocol != ip6";
            case Match.From(var prefix) -> (prefix.isIpv6() ? "ip6" : "ip") + " saddr " + prefix;
            case Match.To(var prefix) -> (prefix.isIpv6() ? "ip6" : "ip") + " daddr " + prefix;
            case Match.Protocol(int number) -> "meta l4proto " + protocol(number);
            case Match.FromPort(int protocol, int port) -> protocol(protocol) + " sport " + port;
            case Match.ToPort(int protocol, int port) -> protocol(protocol) + " dport " + port;
            case Match.IcmpType(int protocol, int type) -> icmp(protocol) + " type " + type;
            case Match.IcmpCodeZero(int protocol) -> icmp(protocol) + " code 0";
            case Match.TcpOpening() -> "tcp flags & 0x17 == 0x02";
            case Match.TcpRefusal() -> "tcp flags & 0x17 == 0x14 tcp sequence 0";
            case Match.Established() -> "ct state established,related";
            case Match.Reply() -> "ct direction reply";
            case Match.Redirected() -> "ct status dnat";
        };
    }

    private static String action(Action action) {
        return switch (action) {
            case Action.Accept() -> "accept";
            case Action.Drop() -> "drop";
            case Action.Prohibit() -> "reject with icmpx admin-prohibited";
            case Action.Unreachable() -> "reject with icmpx port-unreachable";
            case Action.Reset() -> "reject with tcp reset";
            case Action.Mark(int mark) -> "meta mark set " + hex(mark);
            case Action.MarkBit(int bit) -> "meta mark set meta mark | " + hex(bit);
            case Action.Continue() -> "";
            case Action.Jump(String chain) -> "jump " + chain;
        };
    }

    private static String protocol(int number) {
        return switch (number) {
            case Match.TCP -> "tcp";
            case Match.UDP -> "udp";
            case Match.ICMPV6 -> "ipv6-icmp";
            case Match.ICMP -> "icmp";
            default -> Integer.toString(number);
        };
    }

    private static String icmp(int protocol) {
        return protocol == Match.ICMPV6 ? "icmpv6" : "icmp";
    }

    private static String hex(int mark) {
        return String.format("0x%08x", mark);
    }

    /** The kernel allows nearly anything in a name; what the language cannot quote is refused. */
    static String quoted(String device) {
        if (!device.matches("[\\x21-\\x7e&&[^\"\\\\/*]]{1,15}")) {
            throw new IllegalArgumentException("the interface name '" + device + "' cannot be written in a rule");
        }
        return "\"" + device + "\"";
    }
}
