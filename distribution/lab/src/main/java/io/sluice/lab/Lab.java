package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * {@code lan, office – gw – wan – relay, inet}: a client, another local network, the gateway that the appliance runs in, the provider with its observers, a proxy server's host and the
 * hosts that canaries are for. The gateway translates no address, so what leaves it past the tunnel is seen as it is. The gateway has a second line to the provider, of
 * which its end waits in a namespace of its own.
 */
final class Lab implements AutoCloseable {

    final NetworkNamespace lan = NetworkNamespace.create();
    final NetworkNamespace office = NetworkNamespace.create();
    final NetworkNamespace gw = NetworkNamespace.create();
    final NetworkNamespace wan = NetworkNamespace.create();
    final NetworkNamespace relay = NetworkNamespace.create();
    final NetworkNamespace inet = NetworkNamespace.create();
    final NetworkNamespace drawer = NetworkNamespace.create();

    private Lab() {}

    static Lab create(Path folder) throws IOException {
        Lab lab = new Lab();
        try {
            lab.wire(folder);
            return lab;
        } catch (RuntimeException | IOException e) {
            lab.close();
            throw e;
        }
    }

    private void wire(Path folder) throws IOException {
        // Before any interface is there, so that all inherit it: addresses at once, and no router search of the
        // kernel's own.
        for (NetworkNamespace one : List.of(lan, office, gw, wan, relay, inet, drawer)) {
            sysctl(one, "net.ipv6.conf.all.accept_dad=0", "net.ipv6.conf.default.accept_dad=0");
            sysctl(one, "net.ipv6.conf.default.accept_ra=0", "net.ipv6.conf.all.accept_ra=0");
        }
        for (NetworkNamespace router : List.of(gw, wan)) {
            sysctl(router, "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
            sysctl(router, "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0");
        }
        // The proxy's host finds out by itself what fits through a path (RFC 4821), as the gateway has to.
        sysctl(relay, "net.ipv4.tcp_mtu_probing=1", "net.ipv4.tcp_base_mss=512");
        // A host that takes router advertisements although it forwards: the worst case for a gateway.
        sysctl(gw, "net.ipv6.conf.default.accept_ra=2", "net.ipv6.conf.default.accept_ra_rt_info_max_plen=128");
        lan.link("up0", Places.LAN_HOST4 + "/24", gw, "lan0", Places.LAN_GW4 + "/24");
        office.link("up0", Places.OFFICE4 + "/24", gw, "lan1", Places.OFFICE_GW4 + "/24");
        office.exec("ip", "route", "add", "default", "via", Places.OFFICE_GW4);
        gw.link("wan0", Places.WAN_GW4 + "/24", wan, "isp0", Places.WAN_ISP4 + "/24");
        drawer.link("wan1", Places.SECOND_GW4 + "/24", wan, "isp1", Places.SECOND_ISP4 + "/24");
        wan.link("r0", "45.90.7.1/24", relay, "up0", Places.RELAY4 + "/24");
        wan.link("i0", "45.95.0.1/24", inet, "up0", "45.95.0.2/24");
        sysctl(lan, "net.ipv6.conf.up0.accept_ra=0");
        address(lan, Places.LAN_HOST6 + "/64", "up0");
        address(gw, Places.LAN_GW6 + "/64", "lan0");
        address(gw, Places.WAN_GW6 + "/64", "wan0");
        address(wan, Places.WAN_ISP6 + "/64", "isp0");
        address(wan, Places.SECOND_ISP6 + "/64", "isp1");
        address(wan, "2a0e:1c80:9::1/64", "r0");
        address(relay, Places.RELAY6 + "/64", "up0");
        address(relay, Places.OTHER_RELAY4 + "/24", "up0");
        Places.NAME_SERVERS.forEach(a -> address(relay, a + "/24", "up0"));
        address(wan, "2a0e:1c80:95::1/64", "i0");
        address(inet, "2a0e:1c80:95::2/64", "up0");
        Places.CANARY4.forEach(a -> address(inet, a + "/32", "lo"));
        Places.CANARY6.forEach(a -> address(inet, a + "/128", "lo"));
        routes();
        dhcp(folder);
    }

    private void routes() {
        defaults(lan, Places.LAN_GW4, Places.LAN_GW6);
        defaults(gw, Places.WAN_ISP4, Places.WAN_ISP6);
        defaults(relay, "45.90.7.1", "2a0e:1c80:9::1");
        defaults(inet, "45.95.0.1", "2a0e:1c80:95::1");
        defaults(wan, "45.95.0.2", "2a0e:1c80:95::2");
        wan.exec("ip", "route", "add", Places.LAN_NET4, "via", Places.WAN_GW4);
        wan.exec("ip", "-6", "route", "add", Places.LAN_NET6, "via", Places.WAN_GW6);
    }

    private static void defaults(NetworkNamespace of, String via4, String via6) {
        of.exec("ip", "route", "add", "default", "via", via4);
        of.exec("ip", "-6", "route", "add", "default", "via", via6);
    }

    static void address(NetworkNamespace namespace, String address, String device) {
        namespace.exec("ip", "addr", "add", address, "dev", device);
    }

    static void sysctl(NetworkNamespace namespace, String... settings) {
        for (String setting : settings) {
            namespace.exec("sysctl", "-qw", setting);
        }
    }

    /**
     * The provider's lines to the gateway and to the proxy take no longer packets of IPv4 from now on, and nobody there is told. A route's MTU is looked at for each
     * segment of what the kernel sends as one.
     */
    void narrow(int mtu) {
        wan.exec("nft", """
            table inet trouble {
              chain silent {
                type filter hook output priority 0; policy accept;
                oifname { "isp0", "r0" } icmp type destination-unreachable drop
              }
            }
            """);
        lines(" mtu lock " + mtu);
    }

    /** As it was. */
    void widen() {
        lines("");
        wan.exec("nft", "table inet trouble { }; delete table inet trouble");
        // It was told, and keeps what it was told for ten minutes.
        inet.exec("ip", "route", "flush", "cache");
    }

    private void lines(String mtu) {
        wan.exec("sh", "-c", "ip route replace 45.80.1.0/24 dev isp0 src " + Places.WAN_ISP4 + mtu);
        wan.exec("sh", "-c", "ip route replace 45.90.7.0/24 dev r0 src 45.90.7.1" + mtu);
    }

    /** The gateway's lines, addresses and routes as they were made, whatever has been done to them. */
    void mend() {
        widen();
        gw.exec("sh", "-c", "ip link set wan1 netns " + drawer.name() + " 2>/dev/null || true");
        relay.exec("ip", "link", "set", "up0", "up");
        gw.exec(
                "sh",
                "-c",
                "ip -6 route flush proto ra; ip -6 addr flush dev wan0 dynamic; ip addr flush dev wan0 scope global");
        for (String device : List.of("lan0", "lan1", "wan0")) {
            gw.exec("ip", "link", "set", device, "up");
        }
        for (String line : List.of(
                Places.LAN_GW4 + "/24 dev lan0",
                Places.LAN_GW6 + "/64 dev lan0",
                Places.WAN_GW4 + "/24 dev wan0",
                Places.WAN_GW6 + "/64 dev wan0")) {
            gw.exec("sh", "-c", "ip addr replace " + line);
        }
        for (NetworkNamespace one : List.of(gw, relay)) {
            String via4 = one == gw ? Places.WAN_ISP4 : "45.90.7.1";
            String via6 = one == gw ? Places.WAN_ISP6 : "2a0e:1c80:9::1";
            one.exec("sh", "-c", "ip addr replace " + Places.RELAY6 + "/64 dev up0 2>/dev/null || true");
            one.exec("ip", "route", "replace", "default", "via", via4);
            one.exec("ip", "-6", "route", "replace", "default", "via", via6);
        }
    }

    /** The provider's DHCP server. Option 121 (RFC 3442), 249 and 33 send the canaries' networks to the provider itself: TunnelVision. */
    private void dhcp(Path folder) throws IOException {
        String evil = "0.0.0.0/1," + Places.WAN_ISP4 + ",128.0.0.0/1," + Places.WAN_ISP4 + ","
                + Places.CANARY4.getFirst() + "/32," + Places.WAN_ISP4;
        wan.start(
                folder.resolve("dnsmasq.log"),
                "dnsmasq",
                "--keep-in-foreground",
                "--conf-file=/dev/null",
                "--no-resolv",
                "--no-hosts",
                "--bind-interfaces",
                "--interface=isp0",
                "--except-interface=lo",
                "--pid-file=",
                "--user=root",
                "--dhcp-range=45.80.1.50,45.80.1.99,2m",
                "--dhcp-option=option:router," + Places.WAN_ISP4,
                "--dhcp-option=option:classless-static-route," + evil,
                "--dhcp-option-force=249," + evil,
                "--dhcp-option-force=option:static-route," + Places.CANARY4.getFirst() + "," + Places.WAN_ISP4,
                "--dhcp-leasefile=" + folder.resolve("leases"));
    }

    int index(NetworkNamespace namespace, String device) {
        return onThread(namespace, () -> NetworkInterface.getByName(device).getIndex());
    }

    byte[] mac(NetworkNamespace namespace, String device) {
        return onThread(namespace, () -> NetworkInterface.getByName(device).getHardwareAddress());
    }

    /** A socket is made when it connects: in the namespace of that thread. */
    static Socket connected(NetworkNamespace from, String to, int port) {
        return onThread(from, () -> new Socket(to, port));
    }

    static <T> T onThread(NetworkNamespace namespace, Callable<T> code) {
        try {
            return namespace.call(code);
        } catch (Exception e) {
            throw new IllegalStateException("in " + namespace.name() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        for (NetworkNamespace one : List.of(drawer, lan, office, gw, wan, relay, inet)) {
            one.close();
        }
    }
}
