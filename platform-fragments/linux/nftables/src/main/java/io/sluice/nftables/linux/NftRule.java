package io.sluice.nftables.linux;

import io.sluice.api.net.IpPrefix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** One rule, in the words of libnftables-json(5): conditions, all of which must hold, and then what is done. Immutable. */
public final class NftRule {

    /** A statement without arguments is an object whose one member is null. */
    private static final Object STATEMENT_RETURN = Collections.singletonMap("return", null);

    private final List<Object> expressions;

    private NftRule(List<Object> expressions) {
        this.expressions = List.copyOf(expressions);
    }

    /** A rule without conditions. */
    public static NftRule always() {
        return new NftRule(List.of());
    }

    /** The interface that the packet leaves by; known where it has been routed. */
    public NftRule leavingBy(String device) {
        return match("==", meta("oifname"), device);
    }

    public NftRule notArrivedBy(String device) {
        return match("!=", meta("iifname"), device);
    }

    public NftRule marked(int mark) {
        return match("==", meta("mark"), Integer.toUnsignedLong(mark));
    }

    public NftRule tcp() {
        return match("==", meta("l4proto"), "tcp");
    }

    public NftRule tcpTo(int port) {
        return match("==", payload("tcp", "dport"), port);
    }

    /** Of one address family only. */
    public NftRule family(boolean ipv6) {
        return match("==", meta("nfproto"), ipv6 ? "ipv6" : "ipv4");
    }

    /** To one of these, which are of one family and do not overlap. */
    public NftRule to(boolean ipv6, List<IpPrefix> prefixes) {
        if (prefixes.stream().anyMatch(prefix -> prefix.length() == 0)) {
            return family(ipv6);
        }
        List<Object> members = new ArrayList<>();
        for (IpPrefix prefix : prefixes) {
            members.add(Map.of("prefix", Map.of("addr", prefix.address().getHostAddress(), "len", prefix.length())));
        }
        return match("==", payload(ipv6 ? "ip6" : "ip", "daddr"), Map.of("set", members));
    }

    /** Where the host's routes, with their policy rules, would send the packet; for packets that arrive. */
    public NftRule routedBy(String device) {
        return match("==", Map.of("fib", Map.of("result", "oifname", "flags", List.of("daddr", "mark"))), device);
    }

    /** To an address of this host, or to several hosts at once. */
    public NftRule toOneOfOurs() {
        return match(
                "==",
                Map.of("fib", Map.of("result", "type", "flags", List.of("daddr"))),
                Map.of("set", List.of("local", "broadcast", "multicast")));
    }

    /** Whose destination nobody has changed. */
    public NftRule notRedirected() {
        return match("!", Map.of("ct", Map.of("key", "status")), "dnat");
    }

    public NftRule goOn() {
        return with(STATEMENT_RETURN);
    }

    public NftRule redirect(int port) {
        return with(Map.of("redirect", Map.of("port", port)));
    }

    public NftRule refuse() {
        return with(Map.of("reject", Map.of("type", "tcp reset")));
    }

    List<Object> expressions() {
        return expressions;
    }

    private NftRule match(String op, Object left, Object right) {
        return with(Map.of("match", Map.of("op", op, "left", left, "right", right)));
    }

    private static Object meta(String key) {
        return Map.of("meta", Map.of("key", key));
    }

    private static Object payload(String protocol, String field) {
        return Map.of("payload", Map.of("protocol", protocol, "field", field));
    }

    private NftRule with(Object expression) {
        List<Object> longer = new ArrayList<>(expressions);
        longer.add(expression);
        return new NftRule(longer);
    }
}
