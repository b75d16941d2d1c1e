package io.sluice.config.engine;

import io.sluice.api.net.IpPrefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Checks of single values, each with the problem it may be. */
final class Values {

    /** RFC 1035 §2.3.4: a name has at most 253 characters as text, a label 63; underscores are met in practice. */
    private static final Pattern DOMAIN = Pattern.compile(
            "(?=.{1,253}$)[\\p{L}\\p{N}_]([\\p{L}\\p{N}_-]{0,61}[\\p{L}\\p{N}_])?(\\.[\\p{L}\\p{N}_]([\\p{L}\\p{N}_-]{0,61}[\\p{L}\\p{N}_])?)*");

    /** Ends in a number: then it is meant to be an address (WHATWG URL §3.5). */
    private static final Pattern ADDRESS_LIKE = Pattern.compile("([0-9]+\\.)*[0-9]+");

    private final Problems problems;

    Values(Problems problems) {
        this.problems = problems;
    }

    /** An IP address, without brackets. */
    Optional<InetAddress> address(Located<String> text) {
        Optional<InetAddress> address = literal(text.value());
        if (address.isEmpty()) {
            problems.add(
                    ProblemCode.BAD_ADDRESS,
                    text.at(),
                    text.path(),
                    "'" + text.value() + "' is not an IP address.",
                    "write e.g. 127.0.0.1 or ::1");
        }
        return address;
    }

    /** Dotted IPv4 addresses have four parts here: what older notations mean by "10" or "10.1" surprises most people. */
    static Optional<InetAddress> literal(String text) {
        if (text.isEmpty()
                || (!text.contains(":") && text.chars().filter(c -> c == '.').count() != 3)) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** An IP address or domain name of a server. */
    Optional<String> host(Located<String> text) {
        if (literal(text.value()).isPresent() || domain(text.value())) {
            return Optional.of(text.value());
        }
        problems.add(
                ProblemCode.BAD_ADDRESS,
                text.at(),
                text.path(),
                "'" + text.value() + "' is neither an IP address nor a domain name.",
                "write e.g. 192.0.2.1 or proxy.example.org");
        return Optional.empty();
    }

    /** {@code 192.0.2.53}, {@code 192.0.2.53:5353}, {@code 2001:db8::53} or {@code [2001:db8::53]:53}. */
    void socketAddress(Located<String> text) {
        String written = text.value();
        int colon = written.lastIndexOf(':');
        boolean good = literal(written).isPresent();
        if (!good
                && colon > 0
                && PortRange.parse(written.substring(colon + 1))
                        .filter(r -> r.from() == r.to())
                        .isPresent()) {
            String host = written.substring(0, colon);
            good = host.startsWith("[") && host.endsWith("]")
                    ? literal(host.substring(1, host.length() - 1)).isPresent()
                    : !host.contains(":") && literal(host).isPresent();
        }
        if (!good) {
            problems.add(
                    ProblemCode.BAD_ADDRESS,
                    text.at(),
                    text.path(),
                    "'" + written + "' is not the address of a name server.",
                    "write e.g. 192.0.2.53 or [2001:db8::53]:53");
        }
    }

    /** A domain name as the C library's resolver takes it: ASCII, without a root dot. */
    Optional<String> searchDomain(Located<String> text) {
        if (domain(text.value()) && text.value().chars().allMatch(c -> c < 128)) {
            return Optional.of(text.value());
        }
        problems.add(
                ProblemCode.BAD_NAME,
                text.at(),
                text.path(),
                "'" + text.value() + "' is not a domain name.",
                "write e.g. lan or corp.example.org");
        return Optional.empty();
    }

    static boolean domain(String text) {
        return DOMAIN.matcher(text).matches() && !ADDRESS_LIKE.matcher(text).matches();
    }

    /** An interface address with its length; host bits are kept. */
    Optional<IpPrefix> prefix(Located<String> text) {
        String host = text.value().split("/", 2)[0];
        try {
            if (literal(host).isPresent()) {
                return Optional.of(IpPrefix.parse(text.value()));
            }
            throw new IllegalArgumentException(
                    "'" + text.value() + "' is not an IP prefix: '" + host + "' is not an IP address");
        } catch (IllegalArgumentException e) {
            problems.add(
                    ProblemCode.BAD_PREFIX,
                    text.at(),
                    text.path(),
                    e.getMessage() + ".",
                    "write e.g. 192.0.2.0/24 or 2001:db8::/32");
            return Optional.empty();
        }
    }

    /** A network: host bits are taken away. */
    List<String> networks(List<Located<String>> texts) {
        List<String> networks = new ArrayList<>();
        texts.forEach(t -> prefix(t).ifPresent(p -> networks.add(p.network().toString())));
        return networks;
    }

    /** {@code 53}, {@code 443,1000-2000} or a JSON number. */
    List<PortRange> ports(Located<String> text) {
        List<PortRange> ranges = new ArrayList<>();
        for (String part : text.value().split(",", -1)) {
            Optional<PortRange> range = PortRange.parse(part.strip());
            range.ifPresent(ranges::add);
            if (range.isEmpty()) {
                problems.add(
                        ProblemCode.BAD_PORT,
                        text.at(),
                        text.path(),
                        "'" + part.strip() + "' is not a port or a range of ports.",
                        "write e.g. \"53,443,1000-2000\"");
            }
        }
        return ranges;
    }

    /** A tag: it has to stand in a rule line, a PID and a command. */
    boolean tag(Located<String> tag) {
        String text = tag.value();
        boolean good = !text.isEmpty()
                && text.length() <= 64
                && !text.startsWith("!")
                && text.codePoints().noneMatch(c -> Character.isISOControl(c) || "/\\*~".indexOf(c) >= 0);
        if (!good) {
            problems.add(
                    ProblemCode.BAD_TAG,
                    tag.at(),
                    tag.path(),
                    "'" + text + "' cannot be a tag.",
                    "write 1 to 64 characters, none of / \\ * ~, and no ! at the beginning");
        }
        return good;
    }

    /** The name of a network interface. */
    boolean interfaceName(Located<String> name) {
        String text = name.value();
        boolean good = !text.isEmpty()
                && text.length() <= 15 // IFNAMSIZ − 1, linux/if.h
                && text.codePoints().allMatch(c -> c > ' ' && c < 127 && c != '/' && c != ':');
        if (!good) {
            problems.add(
                    ProblemCode.BAD_NAME,
                    name.at(),
                    name.path(),
                    "'" + text + "' cannot be the name of an interface.",
                    "write 1 to 15 characters without space, / and :");
        }
        return good;
    }
}
