package io.sluice.view;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.netmon.DefaultRoute;
import io.sluice.api.netmon.HostInterface;
import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkMonitor;
import io.sluice.api.netmon.NetworkState;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The host's network as maps, for JSON. */
public final class NetworkViews {

    private NetworkViews() {}

    /** What it is like, what changed last, oldest first, and the counters. */
    public static Map<String, Object> monitor(NetworkMonitor monitor) {
        Map<String, Object> view = new LinkedHashMap<>(state(monitor.state()));
        view.put("changes", monitor.recent().stream().map(NetworkViews::change).toList());
        view.put("counters", monitor.counters());
        return view;
    }

    public static Map<String, Object> state(NetworkState state) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("at", state.at().toString());
        view.put("source", state.source().name());
        view.put("online", state.online());
        view.put("asleep", state.asleep());
        view.put("summary", state.summary());
        view.put("default4", route(state.default4()));
        view.put("default6", route(state.default6()));
        view.put(
                "interfaces",
                state.interfaces().stream().map(NetworkViews::device).toList());
        return view;
    }

    /** Null where there is none. */
    private static Map<String, Object> route(Optional<DefaultRoute> route) {
        if (route.isEmpty()) {
            return null;
        }
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("interface", route.get().device());
        view.put("index", route.get().index());
        view.put("gateway", route.get().gateway().map(g -> g.getHostAddress()).orElse(null));
        view.put("metric", route.get().metric());
        return view;
    }

    private static Map<String, Object> device(HostInterface device) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("name", device.name());
        view.put("index", device.index());
        view.put("up", device.up());
        view.put("mtu", device.mtu());
        view.put("ours", device.ours());
        view.put(
                "addresses", device.addresses().stream().map(IpPrefix::toString).toList());
        return view;
    }

    public static Map<String, Object> change(NetworkChange change) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("at", change.after().at().toString());
        view.put("reasons", change.reasons());
        view.put("online", change.after().online());
        view.put("defaultInterfaceChanged", change.defaultInterfaceChanged());
        view.put("gatewayChanged", change.gatewayChanged());
        view.put("addressesChanged", change.addressesChanged());
        view.put("timeJumped", change.timeJumped());
        view.put("rebindRequired", change.rebindRequired());
        return view;
    }
}
