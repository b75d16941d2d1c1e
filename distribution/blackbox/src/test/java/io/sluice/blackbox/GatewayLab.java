package io.sluice.blackbox;

import io.sluice.testkit.impairment.Impairment;
import io.sluice.testkit.impairment.ImpairmentRelay;
import io.sluice.testkit.netns.NetworkNamespace;
import java.nio.file.Path;

/**
 * {@code lan – box – far}: a client behind the box in which an appliance runs, and the far end beyond it, in both families. The client has a
 * second way to the box, from its address {@link #CLIENT_BEHIND_HOLE}, on which packets over 1280 octets vanish without a word.
 */
final class GatewayLab implements AutoCloseable {

    /** TEST-NET-3 and the documentation prefix: RFC 5737, RFC 3849. */
    static final String FAR4 = "203.0.113.7";

    static final String FAR6 = "2001:db8:7::7";
    static final String CLIENT_BEHIND_HOLE = "198.18.2.2";

    /** What goes into the tunnel, as JSON. */
    static final String PREFIXES = "\"203.0.113.0/24\", \"2001:db8:7::/64\"";

    private final NetworkNamespace lan = NetworkNamespace.create();
    private final NetworkNamespace box = NetworkNamespace.create();
    private final NetworkNamespace far = NetworkNamespace.create();
    private final ImpairmentRelay hole;
    private final FarServices services;

    GatewayLab(Path folder) throws Exception {
        box.exec("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        // What a router's administrator would set where paths swallow packets; it matters where the kernel's TCP meets
        // the client.
        box.exec("sysctl", "-qw", "net.ipv4.tcp_mtu_probing=1");
        lan.link("up0", "198.18.1.2/24", box, "lan0", "198.18.1.1/24");
        box.link("wan0", "198.18.0.1/24", far, "box0", "198.18.0.2/24");
        address(lan, "fd00:1::2/64", "up0");
        address(box, "fd00:1::1/64", "lan0");
        address(box, "fd00::1/64", "wan0");
        address(far, "fd00::2/64", "box0");
        address(far, FAR4 + "/32", "lo");
        address(far, FAR6 + "/128", "lo");
        lan.exec("ip", "route", "add", "default", "via", "198.18.1.1");
        lan.exec("ip", "-6", "route", "add", "default", "via", "fd00:1::1");
        box.exec("ip", "route", "add", "default", "via", "198.18.0.2");
        box.exec("ip", "-6", "route", "add", "default", "via", "fd00::2");
        Impairment swallowing = Impairment.NONE.withMtu(1280);
        hole = ImpairmentRelay.between(
                lan, CLIENT_BEHIND_HOLE + "/24", box, "198.18.2.1/24", "hole0", Impairment.NONE, swallowing, 1);
        lan.exec("ip", "rule", "add", "from", CLIENT_BEHIND_HOLE, "lookup", "7");
        lan.exec("ip", "route", "add", "default", "via", "198.18.2.1", "table", "7");
        services = new FarServices(far, folder);
    }

    /** Without duplicate address detection, which would hold it back for a second. */
    private static void address(NetworkNamespace namespace, String address, String device) {
        namespace.exec(
                "sh", "-c", "ip addr add " + address + " dev " + device + (address.indexOf(':') >= 0 ? " nodad" : ""));
    }

    NetworkNamespace lan() {
        return lan;
    }

    NetworkNamespace box() {
        return box;
    }

    FarServices far() {
        return services;
    }

    /** Packets that the black hole has swallowed. */
    long swallowed() {
        return hole.counters().rightToLeft().tooLong();
    }

    @Override
    public void close() {
        services.close();
        hole.close();
        lan.close();
        box.close();
        far.close();
    }
}
