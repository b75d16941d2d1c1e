package io.sluice.view;

import io.sluice.api.config.Generation;
import io.sluice.api.config.ImportPlan;
import io.sluice.api.config.Problem;
import io.sluice.api.egress.EgressBinder.EgressStatus;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowTotals;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.api.inbound.Inbound;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.policy.Decision;
import io.sluice.api.policy.RuleSnapshot;
import io.sluice.api.tunnel.TunnelError;
import io.sluice.api.tunnel.TunnelProfile;
import io.sluice.api.tunnel.TunnelStatus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Snapshots of the contracts as JSON values. Names are camelCase, times RFC 3339, octets integers, enumerations as in the contract. */
public final class Views {

    private Views() {}

    /** {@code 192.0.2.1:443}, {@code [2001:db8::1]:443} or {@code name:443}; port 0 is left out. */
    public static String endpoint(InetSocketAddress address) {
        String host = address.isUnresolved() ? address.getHostString() : host(address.getAddress());
        if (address.getPort() == 0) {
            return host;
        }
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** A time within a sentence: RFC 3339, to the second. */
    public static String second(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** An address as people write it: RFC 5952 §4 for IPv6 (the longest run of zero groups shortened), without a zone. */
    public static String host(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length == 4) {
            return address.getHostAddress();
        }
        int bestStart = -1;
        int bestLength = 1; // RFC 5952 §4.2.2: one group of zeros is not shortened
        for (int start = 0; start < 8; start++) {
            int length = 0;
            while (start + length < 8 && group(bytes, start + length) == 0) {
                length++;
            }
            if (length > bestLength) {
                bestStart = start;
                bestLength = length;
            }
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            if (i == bestStart) {
                text.append("::");
                i += bestLength - 1;
                continue;
            }
            if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                text.append(':');
            }
            text.append(Integer.toHexString(group(bytes, i)));
        }
        return text.toString();
    }

    private static int group(byte[] bytes, int index) {
        return (bytes[2 * index] & 0xff) << 8 | (bytes[2 * index + 1] & 0xff);
    }

    public static Map<String, Object> flow(FlowSnapshot flow) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("id", flow.id());
        view.put("network", lower(flow.source().network()));
        view.put("state", flow.state().name());
        view.put("source", endpoint(flow.source().source()));
        view.put("destination", endpoint(flow.source().destination()));
        view.put("inbound", flow.source().inboundTag());
        putIfPresent(view, "user", flow.source().user());
        putIfPresent(view, "outbound", flow.outboundTag());
        putIfPresent(view, "rule", flow.rule());
        view.put("uplinkBytes", flow.uplinkBytes());
        view.put("downlinkBytes", flow.downlinkBytes());
        view.put("started", flow.started().toString());
        view.put("idleMs", flow.idle().toMillis());
        flow.closeReason().ifPresent(reason -> {
            view.put("closeReason", reason.name());
            view.put("closeSentence", reason.sentence());
        });
        putIfPresent(view, "detail", flow.detail());
        return view;
    }

    public static Map<String, Object> totals(FlowTotals totals) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("live", totals.live());
        view.put("opened", totals.opened());
        view.put("uplinkBytes", totals.uplinkBytes());
        view.put("downlinkBytes", totals.downlinkBytes());
        Map<String, Object> closed = new LinkedHashMap<>();
        for (CloseReason reason : CloseReason.values()) {
            Long count = totals.closed().get(reason);
            if (count != null && count > 0) {
                closed.put(reason.name(), count);
            }
        }
        view.put("closed", closed);
        Map<String, Object> outbounds = new LinkedHashMap<>();
        new TreeMap<>(totals.outbounds()).forEach((tag, sums) -> outbounds.put(tag, outboundTotals(sums)));
        view.put("outbounds", outbounds);
        return view;
    }

    /** @param totals of the flow room; null if it is not active */
    public static Map<String, Object> outbound(
            Outbound outbound, FlowTotals totals, Map<String, OutboundTrouble> troubles) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("tag", outbound.tag());
        view.put("type", outbound.type());
        view.put("description", outbound.description());
        view.put(
                "capabilities",
                outbound.capabilities().stream().map(Enum::name).sorted().toList());
        FlowTotals.OutboundTotals sums =
                totals == null ? null : totals.outbounds().get(outbound.tag());
        view.put("flows", sums == null ? null : outboundTotals(sums));
        OutboundTrouble trouble = troubles.get(outbound.tag());
        view.put("trouble", trouble == null ? null : trouble(trouble));
        view.put("counters", new TreeMap<>(outbound.counters()));
        return view;
    }

    private static Map<String, Object> trouble(OutboundTrouble trouble) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("since", trouble.since().toString());
        view.put("reason", trouble.reason().name());
        view.put("detail", trouble.detail());
        view.put("last", trouble.last().toString());
        view.put("failures", trouble.failures());
        return view;
    }

    private static Map<String, Object> outboundTotals(FlowTotals.OutboundTotals sums) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("live", sums.live());
        view.put("opened", sums.opened());
        view.put("failed", sums.failed());
        view.put("uplinkBytes", sums.uplinkBytes());
        view.put("downlinkBytes", sums.downlinkBytes());
        return view;
    }

    public static Map<String, Object> inbound(Inbound inbound) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("tag", inbound.tag());
        view.put("type", inbound.type());
        view.put("listen", endpoint(inbound.local()));
        view.put("counters", new TreeMap<>(inbound.counters()));
        return view;
    }

    public static Map<String, Object> rule(RuleSnapshot rule) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("index", rule.index());
        view.put("name", rule.name());
        view.put("text", rule.text());
        view.put("target", rule.target());
        view.put("hits", rule.hits());
        return view;
    }

    public static Map<String, Object> decision(Decision decision) {
        Map<String, Object> view = new LinkedHashMap<>();
        switch (decision) {
            case Decision.Outbound out -> {
                view.put("action", "outbound");
                view.put("outbound", out.tag());
            }
            case Decision.Reject reject -> view.put("action", reject.silent() ? "drop" : "reject");
        }
        view.put("rule", decision.rule());
        return view;
    }

    public static Map<String, Object> tunnel(TunnelStatus status) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("state", status.state().name());
        view.put("reason", status.reason());
        view.put("since", status.since().toString());
        view.put("blocked", status.blocked());
        putIfPresent(view, "device", status.device());
        putIfPresent(view, "startedAt", status.startedAt());
        status.error().ifPresent(error -> view.put("error", error(error)));
        return view;
    }

    public static Map<String, Object> error(TunnelError error) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("cause", error.cause().name());
        view.put("message", error.message());
        view.put("remedy", error.remedy());
        view.put("at", error.at().toString());
        return view;
    }

    public static Map<String, Object> profile(TunnelProfile profile) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("device", profile.tun().name());
        view.put("mtu", profile.tun().mtu());
        view.put("addresses", texts(profile.tun().addresses()));
        view.put("stack", profile.stack());
        view.put("include", texts(profile.include()));
        view.put("exclude", texts(profile.exclude()));
        view.put(
                "nameServers",
                profile.nameServers().stream().map(InetAddress::getHostAddress).toList());
        view.put("searchDomains", profile.searchDomains());
        view.put("table", profile.table());
        view.put("rulePriority", profile.rulePriority());
        view.put("autoRedirect", profile.autoRedirect());
        view.put("autoStart", profile.autoStart());
        return view;
    }

    public static Map<String, Object> generation(Generation generation) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("number", generation.number());
        view.put("appliedAt", generation.appliedAt().toString());
        view.put("author", generation.author());
        view.put("note", generation.note());
        return view;
    }

    public static Map<String, Object> problem(Problem problem) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("severity", problem.severity().name());
        view.put("code", problem.code());
        view.put("file", problem.file());
        view.put("line", problem.line());
        view.put("column", problem.column());
        view.put("path", problem.path());
        view.put("message", problem.message());
        putIfPresent(view, "suggestion", problem.suggestion());
        return view;
    }

    public static Map<String, Object> imported(ImportPlan.Entry entry) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("outcome", entry.outcome().name());
        view.put("tag", entry.tag());
        view.put("server", entry.server());
        view.put("source", entry.source());
        view.put("remarks", entry.remarks());
        return view;
    }

    public static Map<String, Object> egress(EgressStatus status) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("mark", status.mark());
        view.put("interface4", status.interface4());
        view.put("interface6", status.interface6());
        view.put("limitation", status.limitation());
        return view;
    }

    private static List<String> texts(List<?> values) {
        return values.stream().map(Object::toString).toList();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static void putIfPresent(Map<String, Object> view, String key, Optional<?> value) {
        value.ifPresent(present -> view.put(key, present.toString()));
    }
}
