package io.sluice.shell;

import io.sluice.view.Views;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.LinkedHashMap;
import java.util.Map;

/** An interface of the machine as JSON value. */
final class NetworkInterfaces {

    private NetworkInterfaces() {}

    static Map<String, Object> view(NetworkInterface device) {
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("name", device.getName());
        view.put("index", device.getIndex());
        try {
            view.put("up", device.isUp());
            view.put("mtu", device.getMTU());
        } catch (SocketException e) {
            view.put("up", false); // it vanished between being listed and being asked
            view.put("mtu", 0);
        }
        view.put(
                "addresses",
                device.getInterfaceAddresses().stream()
                        .map(address -> Views.host(address.getAddress()) + "/" + address.getNetworkPrefixLength())
                        .toList());
        return view;
    }
}
