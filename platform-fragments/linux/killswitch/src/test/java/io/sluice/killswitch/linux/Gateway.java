package io.sluice.killswitch.linux;

import io.sluice.testkit.netns.NetworkNamespace;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client, a gateway with a TUN device, and the world beyond, which counts at the entry of its own interface what comes out of the gateway: every
 * packet of IP but the link's own messages.
 */
final class Gateway implements AutoCloseable {

    private static final Pattern PACKETS = Pattern.compile("packets (\\d+)");

    private static final String OBSERVER = """
        add table netdev observer
        add chain netdev observer in { type filter hook ingress device "wan0" priority 0; }
        add rule netdev observer in meta protocol arp accept
        add rule netdev observer in icmpv6 type { 130-137, 143 } accept
        add rule netdev observer in counter
        """;

    final NetworkNamespace host = NetworkNamespace.create();
    final NetworkNamespace world = NetworkNamespace.create();
    final NetworkNamespace client = NetworkNamespace.create();

    Gateway() {
        host.link("wan0", "192.0.2.2/24", world, "wan0", "192.0.2.1/24");
        host.link("lan0", "10.77.0.1/24", client, "lan0", "10.77.0.2/24");
        six(host, "wan0", "2001:db8:0:1::2/64");
        six(world, "wan0", "2001:db8:0:1::1/64");
        six(host, "lan0", "fd77::1/64");
        six(client, "lan0", "fd77::2/64");
        host.exec("ip", "route", "add", "default", "via", "192.0.2.1");
        host.exec("ip", "-6", "route", "add", "default", "via", "2001:db8:0:1::1");
        client.exec("ip", "route", "add", "default", "via", "10.77.0.1");
        client.exec("ip", "-6", "route", "add", "default", "via", "fd77::1");
        host.exec("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
        host.exec("ip", "tuntap", "add", "mode", "tun", Scene.TUN);
        host.exec("ip", "addr", "add", "172.19.0.1/30", "dev", Scene.TUN);
        host.exec("ip", "link", "set", Scene.TUN, "up");
        host.exec("ip", "route", "add", "100.64.0.0/10", "dev", Scene.TUN);
        // What comes is not answered: the world only looks.
        world.exec("sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=1");
        world.exec("nft", OBSERVER);
    }

    private static void six(NetworkNamespace namespace, String device, String address) {
        namespace.exec("ip", "-6", "addr", "add", address, "dev", device, "nodad");
    }

    /** How many packets have come out so far. */
    long seen() {
        Matcher packets = PACKETS.matcher(world.exec("nft", "list", "chain", "netdev", "observer", "in"));
        if (!packets.find()) {
            throw new IllegalStateException("the observer does not count");
        }
        return Long.parseLong(packets.group(1));
    }

    /**
     * Whether something comes out when this is sent from there. A packet between namespaces is there when its sender returns, but for a kernel that has
     * put its work off: what is expected is waited for, so that it is not taken for the next probe's.
     *
     * @param expected whether it is to come out
     */
    boolean comesOut(NetworkNamespace from, Probe probe, boolean expected) throws Exception {
        long before = seen();
        from.call(() -> {
            probe.send();
            return null;
        });
        boolean out = seen() > before;
        for (int look = 0; expected && !out && look < 300; look++) {
            TimeUnit.MILLISECONDS.sleep(100);
            out = seen() > before;
        }
        return out;
    }

    boolean comesOut(NetworkNamespace from, Probe probe) throws Exception {
        return comesOut(from, probe, false);
    }

    <T> T onHost(Callable<T> code) throws Exception {
        return host.call(code);
    }

    @Override
    public void close() {
        host.close();
        world.close();
        client.close();
    }
}
