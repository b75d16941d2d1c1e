package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the {@code outbounds}: Xray's outbound objects. What a protocol has of its own is read by its {@link OutboundProtocol}. */
final class OutboundReader {

    /** One line each. */
    private static final List<OutboundProtocol> PROTOCOLS = List.of(
            new DirectProtocol(), //
            new BlockProtocol(),
            new SocksProtocol(),
            new HttpProtocol(),
            new TrojanProtocol(),
            new VlessProtocol(),
            new ShadowsocksProtocol(),
            new VmessProtocol(),
            new DnsProtocol(),
            new LoopbackProtocol());

    /** Xray's, so that they are not taken for a slip of the pen. */
    private static final List<String> XRAYS =
            List.of("http", "shadowsocks", "vmess", "vless", "trojan", "hysteria", "wireguard", "dns", "loopback");

    private final Map<String, Place> tags;
    private final List<OutboundChain> chains = new ArrayList<>();
    private final Set<String> loopbacks = new HashSet<>();
    private final Set<String> inbounds = new HashSet<>();
    private Optional<String> first = Optional.empty();
    private boolean any;

    OutboundReader(Map<String, Place> tags) {
        this.tags = tags;
    }

    /** The tag of the first outbound: it takes what no rule takes. */
    Optional<String> first() {
        return first;
    }

    Optional<Component> read(Section outbound) {
        Optional<OutboundProtocol> protocol = protocol(outbound);
        Optional<String> tag = tag(outbound, protocol.map(OutboundProtocol::type));
        if (!any) {
            any = true;
            first = tag;
        }
        Map<String, Object> properties = new HashMap<>();
        outbound.string("sendThrough")
                .flatMap(new Values(outbound.problems())::address)
                .ifPresent(a -> properties.put("sendThrough", a.getHostAddress()));
        Optional<Section> settings = outbound.section("settings");
        OutboundDraft draft = new OutboundDraft(outbound, settings, properties);
        boolean good = protocol.isPresent() && protocol.get().read(draft);
        if (protocol.isPresent()) {
            settings.ifPresent(Section::end);
            layers(draft, protocol.get(), tag);
        } else {
            outbound.either("streamSettings", "proxySettings", "mux");
        }
        if (!(protocol.orElse(null) instanceof DirectProtocol)) {
            targetStrategy(outbound);
        }
        outbound.end();
        if (!good || tag.isEmpty()) {
            return Optional.empty();
        }
        if (protocol.get() instanceof LoopbackProtocol) {
            loopbacks.add(tag.get());
            inbounds.add((String) properties.get("inboundTag"));
        }
        properties.put("outbound.tag", tag.get());
        properties.put("outbound.type", protocol.get().type());
        return Optional.of(new Component(Stage.OUTBOUND_PREFIX + protocol.get().type(), tag, properties));
    }

    /** Only {@code direct} looks names up itself, and reads it. */
    private static void targetStrategy(Section outbound) {
        outbound.word("targetStrategy", DomainStrategy.WORDS)
                .filter(w -> !w.value().equals("AsIs"))
                .ifPresent(_ -> outbound.noEffect("names go to the server as they are", "targetStrategy"));
    }

    /** All outbounds are read: checks that those which go through others name ones that are there, and no circle is made. */
    void end(Collection<Balancer> balancers, Problems problems) {
        OutboundChain.check(chains, tags.keySet(), loopbacks, balancers, problems);
    }

    /** The inbounds that loopback outbounds make flows seem to come from. */
    Set<String> inbounds() {
        return inbounds;
    }

    private static Optional<OutboundProtocol> protocol(Section outbound) {
        List<String> names = PROTOCOLS.stream().flatMap(p -> p.names().stream()).toList();
        Optional<Located<String>> wanted = outbound.required("protocol", "one of: " + String.join(", ", names));
        if (wanted.isPresent()
                && XRAYS.contains(wanted.get().value())
                && !names.contains(wanted.get().value())) {
            outbound.problems()
                    .add(
                            ProblemCode.NOT_SUPPORTED,
                            wanted.get().at(),
                            wanted.get().path(),
                            "The outbound protocol '" + wanted.get().value() + "' is not to be had here yet.",
                            "use another protocol");
            return Optional.empty();
        }
        return outbound.word("protocol", names)
                .flatMap(w -> PROTOCOLS.stream()
                        .filter(p -> p.names().contains(w.value()))
                        .findFirst());
    }

    private Optional<String> tag(Section outbound, Optional<String> type) {
        Optional<Located<String>> tag =
                outbound.string("tag").or(() -> type.map(t -> new Located<>(t, outbound.at(), outbound.path("tag"))));
        if (tag.isEmpty() || !new Values(outbound.problems()).tag(tag.get())) {
            return Optional.empty();
        }
        Place before = tags.putIfAbsent(tag.get().value(), tag.get().at());
        if (before != null) {
            outbound.problems()
                    .add(
                            ProblemCode.DUPLICATE_TAG,
                            tag.get().at(),
                            tag.get().path(),
                            "The tag '" + tag.get().value() + "' is that of another outbound already, at " + before
                                    + ".",
                            "give one of them another tag");
            return Optional.empty();
        }
        return Optional.of(tag.get().value());
    }

    /** What stands between an outbound and its socket; what would be lost by ignoring it is refused. */
    private void layers(OutboundDraft draft, OutboundProtocol protocol, Optional<String> tag) {
        Section outbound = draft.outbound();
        Optional<Section> stream = outbound.section("streamSettings");
        if (protocol.isLayered()) {
            stream.ifPresent(s -> new StreamSettingsReader(s, draft.properties()).client());
            if (draft.properties().containsKey("security.target")
                    && !protocol.alpn().isEmpty()) {
                draft.properties().putIfAbsent("tls.alpn", protocol.alpn().toArray(String[]::new));
            }
            tag.flatMap(t -> OutboundChain.read(t, outbound, stream, draft.properties()))
                    .ifPresent(chains::add);
        } else if (protocol.dials()) {
            stream.ifPresent(s -> {
                StreamSettingsReader.plain(s);
                s.section("sockopt").ifPresent(o -> new SocketOptionsReader(o, draft.properties()).read(true));
            });
            tag.flatMap(t -> OutboundChain.read(t, outbound, stream, draft.properties()))
                    .ifPresent(chains::add);
        } else {
            stream.ifPresent(s -> {
                StreamSettingsReader.plain(s);
                StreamSettingsReader.noOptions(s);
            });
            outbound.unsupported("it goes through no other outbound", "remove it", "proxySettings");
        }
        stream.ifPresent(Section::end);
        outbound.section("mux").ifPresent(mux -> {
            if (mux.flag("enabled").map(Located::value).orElse(false)) {
                mux.unsupported("flows are not multiplexed", "set it to false", "enabled");
            }
        });
    }
}
