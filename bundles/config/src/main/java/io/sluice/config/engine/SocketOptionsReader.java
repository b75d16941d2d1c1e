package io.sluice.config.engine;

import java.util.List;
import java.util.Map;

/** Reads Xray's {@code sockopt}: what is asked of the kernel for each socket, and how a server's addresses are tried. */
final class SocketOptionsReader {

    /** As Xray's for {@code true}. */
    private static final int FAST_OPEN_QUEUE = 256;

    private final Section options;
    private final Map<String, Object> properties;

    SocketOptionsReader(Section options, Map<String, Object> properties) {
        this.options = options;
        this.properties = properties;
    }

    void read(boolean client) {
        fastOpen(client);
        // tcp(7): seconds for keep-alive, milliseconds for the user time-out. 0 leaves the kernel's own, negative
        // switches keep-alive off.
        number("tcpKeepAliveIdle", -1, 32_767);
        number("tcpKeepAliveInterval", -1, 32_767);
        number("tcpUserTimeout", 0, Integer.MAX_VALUE);
        number("tcpWindowClamp", 0, Integer.MAX_VALUE);
        options.string("tcpCongestion")
                .filter(s -> !s.value().isEmpty())
                .ifPresent(s -> properties.put("sockopt.tcpCongestion", s.value()));
        if (client) {
            number("tcpMaxSeg", 0, 65_535);
            dialling();
        } else {
            options.noEffect("a client's handshake is over before", "tcpMaxSeg");
            options.noEffect("a listener is bound to its address", "mark", "interface");
            options.word("tproxy", List.of("off", ""));
            options.noEffect("it is for dialling", "domainStrategy", "dialerProxy", "happyEyeballs");
        }
        off("tcpMptcp", "paths are not bundled");
        off("v6only", "a listener on :: serves IPv4 as the kernel is set");
        off("penetrate", "names are resolved once");
        off("acceptProxyProtocol", "the PROXY protocol is not read");
        options.unsupported("only the options named here are set", "remove it", "customSockopt");
        options.unsupported("a client's address is that of its connection", "remove it", "trustedXForwardedFor");
        options.word("addressPortStrategy", List.of("none"));
        options.end();
    }

    private void dialling() {
        options.string("interface")
                .filter(s -> !s.value().isEmpty())
                .filter(new Values(options.problems())::interfaceName)
                .ifPresent(s -> properties.put("sockopt.interface", s.value()));
        options.integer("mark", 0, Integer.MAX_VALUE)
                .filter(n -> n.value() != 0)
                .ifPresent(n -> properties.put("sockopt.mark", n.value()));
        options.word("domainStrategy", DomainStrategy.WORDS)
                .ifPresent(w -> properties.put("sockopt.domainStrategy", w.value()));
        options.either("dialerProxy");
        options.noEffect("it is for listeners", "tproxy");
        options.section("happyEyeballs").ifPresent(h -> {
            h.flag("prioritizeIPv6").ifPresent(f -> properties.put("sockopt.prioritizeIPv6", f.value()));
            h.integer("tryDelayMs", 0, 60_000).ifPresent(n -> properties.put("sockopt.tryDelayMs", n.value()));
            h.integer("interleave", 1, 64).ifPresent(n -> properties.put("sockopt.interleave", n.value()));
            h.integer("maxConcurrentTry", 0, 64).ifPresent(n -> properties.put("sockopt.maxConcurrentTry", n.value()));
            h.end();
        });
    }

    /** True, or on a listener the length of its queue. */
    private void fastOpen(boolean client) {
        int queue;
        if (options.any("tcpFastOpen").filter(v -> v instanceof Json.Num).isPresent()) {
            queue = options.integer("tcpFastOpen", -1, 65_535)
                    .map(Located::value)
                    .orElse(0);
        } else {
            queue = options.flag("tcpFastOpen").map(Located::value).orElse(false) ? FAST_OPEN_QUEUE : 0;
        }
        if (client) {
            if (options.any("tcpFastOpen").isPresent()) {
                properties.put("sockopt.tcpFastOpen", queue > 0);
            }
        } else if (queue > 0) {
            properties.put("sockopt.tcpFastOpenQueue", queue);
        }
    }

    private void number(String field, int least, int most) {
        options.integer(field, least, most)
                .filter(n -> n.value() != 0)
                .ifPresent(n -> properties.put("sockopt." + field, n.value()));
    }

    private void off(String field, String why) {
        if (options.flag(field).filter(Located::value).isPresent()) {
            options.unsupported(why, "remove it", field);
        }
    }
}
