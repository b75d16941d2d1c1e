package io.sluice.config.engine;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads one of {@code inbounds}: Xray's inbound object. What a protocol has of its own is read by its {@link InboundProtocol}. */
final class InboundReader {

    /** One line each. */
    private static final List<InboundProtocol> PROTOCOLS = List.of(
            new ProxyInbound("socks"), //
            new ProxyInbound("http"),
            new ProxyInbound("mixed"),
            new RedirectInbound(),
            new TrojanInbound(),
            new VlessInbound(),
            new ShadowsocksInbound(),
            new VmessInbound());

    /** Xray's, so that they are not taken for a slip of the pen. */
    private static final List<String> XRAYS =
            List.of("shadowsocks", "vless", "vmess", "trojan", "wireguard", "hysteria", "tun");

    /** Only this machine, unless said otherwise. (Xray's default is every interface; an open proxy should be a decision.) */
    private static final String DEFAULT_LISTEN = "127.0.0.1";

    private final Section inbound;
    private final Map<String, Place> tags;
    private final Listeners listeners;
    private final Problems problems;
    private final Values values;

    InboundReader(Section inbound, Map<String, Place> tags, Listeners listeners) {
        this.inbound = inbound;
        this.tags = tags;
        this.listeners = listeners;
        this.problems = inbound.problems();
        this.values = new Values(problems);
    }

    Optional<Component> read() {
        Optional<Located<String>> word = word();
        Optional<InboundProtocol> protocol = word.flatMap(w ->
                PROTOCOLS.stream().filter(p -> p.names().contains(w.value())).findFirst());
        Optional<Located<String>> listen = inbound.string("listen");
        Optional<InetAddress> address =
                listen.isPresent() ? listen.flatMap(values::address) : Values.literal(DEFAULT_LISTEN);
        Optional<Located<Integer>> port = inbound.port("port");
        if (!inbound.has("port")) {
            inbound.missing("port", "write e.g. \"port\": 1080");
        }
        address.ifPresent(a -> port.ifPresent(p -> listeners.add(a, p)));
        Optional<String> tag = tag(word, port);
        Map<String, Object> properties = new HashMap<>();
        boolean good = protocol.isPresent() && protocol(protocol.get(), listen, address, properties);
        inbound.either("settings", "streamSettings");
        inbound.noEffect("names are not read from the traffic", "sniffing");
        inbound.unsupported("a listener has one port", "remove it", "allocate");
        inbound.end();
        if (!good || address.isEmpty() || port.isEmpty() || tag.isEmpty()) {
            return Optional.empty();
        }
        properties.put("inbound.tag", tag.get());
        properties.put("listen", address.get().getHostAddress());
        properties.put("port", port.get().value());
        return Optional.of(new Component(Stage.INBOUND_PREFIX + protocol.get().room(), tag, properties));
    }

    private boolean protocol(
            InboundProtocol protocol,
            Optional<Located<String>> listen,
            Optional<InetAddress> address,
            Map<String, Object> properties) {
        Optional<Section> settings = inbound.section("settings");
        boolean good = protocol.read(new InboundDraft(inbound, settings, listen, address, properties));
        settings.ifPresent(Section::end);
        if (protocol.isLayered()) {
            inbound.section("streamSettings").ifPresent(stream -> {
                new StreamSettingsReader(stream, properties).server(protocol.applications());
                stream.end();
            });
        }
        return good;
    }

    private Optional<Located<String>> word() {
        List<String> names = PROTOCOLS.stream().flatMap(p -> p.names().stream()).toList();
        Optional<Located<String>> wanted = inbound.required("protocol", "one of: " + String.join(", ", names));
        if (wanted.isPresent()
                && XRAYS.contains(wanted.get().value())
                && !names.contains(wanted.get().value())) {
            problems.add(
                    ProblemCode.NOT_SUPPORTED,
                    wanted.get().at(),
                    wanted.get().path(),
                    "The inbound protocol '" + wanted.get().value() + "' is not to be had here.",
                    wanted.get().value().equals("tun")
                            ? "describe the device in the section tun at the root"
                            : "use another protocol");
            return Optional.empty();
        }
        return inbound.word("protocol", names);
    }

    private Optional<String> tag(Optional<Located<String>> protocol, Optional<Located<Integer>> port) {
        Optional<Located<String>> written = inbound.string("tag");
        Optional<Located<String>> tag = written.or(() -> protocol.flatMap(
                p -> port.map(n -> new Located<>(p.value() + "-" + n.value(), inbound.at(), inbound.path("tag")))));
        if (tag.isEmpty() || !values.tag(tag.get())) {
            return Optional.empty();
        }
        if (tag.get().value().equals(ConfigReader.TUN_TAG)) {
            problems.add(
                    ProblemCode.DUPLICATE_TAG,
                    tag.get().at(),
                    tag.get().path(),
                    "The tag '" + ConfigReader.TUN_TAG + "' is that of the tunnel's own flows.",
                    "give it another tag");
            return Optional.empty();
        }
        Place before = tags.putIfAbsent(tag.get().value(), tag.get().at());
        if (before != null) {
            problems.add(
                    ProblemCode.DUPLICATE_TAG,
                    tag.get().at(),
                    tag.get().path(),
                    "The tag '" + tag.get().value() + "' is that of another inbound already, at " + before + ".",
                    "give one of them another tag");
            return Optional.empty();
        }
        return Optional.of(tag.get().value());
    }
}
