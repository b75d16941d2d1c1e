package io.sluice.killswitch.linux;

import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchStatus.Drops;
import io.sluice.api.killswitch.LeakProof.Canary;
import io.sluice.api.killswitch.LeakProof.Outcome;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.killswitch.spi.Match;
import io.sluice.netlink.linux.Link;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.Rtnetlink;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Sends one canary after the other and holds the filter's counters before and after each against it. */
final class Canaries {

    private static final int DOMAIN = 53;
    private static final int HTTPS = 443;

    /** Recognisable in a capture; 16 octets as the leak laboratory looks for. */
    private static final byte[] PAYLOAD = "sluice-canary-01".getBytes(StandardCharsets.US_ASCII);

    /** The interfaces tried; a host with more proves it on these. */
    private static final int MOST_INTERFACES = 8;

    /** One way to try. */
    private record Kind(String name, int type, int protocol, int port) {}

    private static final List<Kind> KINDS = List.of(
            new Kind("TCP", CanarySocket.SOCK_STREAM, 0, HTTPS),
            new Kind("UDP", CanarySocket.SOCK_DGRAM, 0, HTTPS),
            new Kind("DNS over UDP", CanarySocket.SOCK_DGRAM, 0, DOMAIN),
            new Kind("DNS over TCP", CanarySocket.SOCK_STREAM, 0, DOMAIN),
            new Kind("ICMP echo", CanarySocket.SOCK_RAW, Match.ICMP, 0));

    private final KernelFilter filter;

    Canaries(KernelFilter filter) {
        this.filter = filter;
    }

    List<Canary> send(List<InetAddress> targets, Optional<String> except) throws KillSwitchException {
        List<Canary> canaries = new ArrayList<>();
        for (String device : interfaces(except)) {
            for (InetAddress target : targets) {
                for (Kind kind : KINDS) {
                    canaries.add(send(kind, device, target));
                }
            }
        }
        return canaries;
    }

    private static List<String> interfaces(Optional<String> except) throws KillSwitchException {
        try (Rtnetlink netlink = Rtnetlink.open()) {
            return netlink.links().stream()
                    .filter(link -> link.up() && !link.loopback() && !except.equals(Optional.of(link.name())))
                    .map(Link::name)
                    .limit(MOST_INTERFACES)
                    .toList();
        } catch (NetlinkException e) {
            throw KernelFilter.translated("list the interfaces", e);
        }
    }

    private Canary send(Kind kind, String device, InetAddress target) throws KillSwitchException {
        boolean ipv6 = target instanceof Inet6Address;
        List<Drops> before = filter.counters();
        int errno = CanarySocket.send(
                kind.type(),
                kind.protocol() == Match.ICMP && ipv6 ? Match.ICMPV6 : kind.protocol(),
                device,
                target,
                kind.port(),
                kind.protocol() == Match.ICMP ? echo(ipv6) : PAYLOAD);
        List<Drops> after = filter.counters();
        Outcome outcome;
        if (escaped(after) > escaped(before)) {
            outcome = Outcome.ESCAPED;
        } else if (heldBack(after) > heldBack(before)) {
            outcome = Outcome.HELD_BACK;
        } else {
            outcome = Outcome.NOT_SENT;
        }
        String destination = kind.port() == 0
                ? target.getHostAddress()
                : (ipv6 ? "[" + target.getHostAddress() + "]" : target.getHostAddress()) + ":" + kind.port();
        String words = CanarySocket.words(errno);
        return new Canary(
                kind.name() + (ipv6 ? " (IPv6)" : " (IPv4)"),
                destination,
                device,
                outcome,
                outcome == Outcome.HELD_BACK && errno == 0 ? words + ", the filter did not let it out" : words);
    }

    private static long escaped(List<Drops> counters) {
        return counters.stream()
                .filter(drops -> drops.kind().equals(FilterPlan.ESCAPED))
                .mapToLong(Drops::packets)
                .sum();
    }

    private static long heldBack(List<Drops> counters) {
        return counters.stream()
                .filter(drops -> FilterPlan.FROM_THIS_HOST.contains(drops.kind()))
                .mapToLong(Drops::packets)
                .sum();
    }

    /** An echo request (RFC 792, RFC 4443 §4.1) with its checksum; the kernel computes that of ICMPv6 itself. */
    private static byte[] echo(boolean ipv6) {
        byte[] message = new byte[8 + PAYLOAD.length];
        message[0] = (byte) (ipv6 ? 128 : 8);
        System.arraycopy(PAYLOAD, 0, message, 8, PAYLOAD.length);
        int sum = 0;
        for (int i = 0; i < message.length; i += 2) {
            sum += (message[i] & 0xff) << 8 | message[i + 1] & 0xff;
        }
        sum = (sum & 0xffff) + (sum >> 16);
        message[2] = (byte) ~(sum >> 8);
        message[3] = (byte) ~sum;
        return message;
    }
}
