package io.sluice.lab;

import java.util.List;

/** Who lives where. Addresses look public, because rules make exceptions for those that do not; nothing here has a way to the real ones. */
final class Places {

    static final String LAN_NET4 = "192.168.77.0/24";
    static final String LAN_GW4 = "192.168.77.1";
    static final String LAN_HOST4 = "192.168.77.10";
    static final String LAN_NET6 = "2a0e:1c80:77::/64";
    static final String LAN_GW6 = "2a0e:1c80:77::1";
    static final String LAN_HOST6 = "2a0e:1c80:77::10";

    /** Another local network, beyond the gateway. */
    static final String OFFICE_GW4 = "192.168.78.1";

    static final String OFFICE4 = "192.168.78.10";

    static final List<String> LAN_DEVICES = List.of("lan0", "lan1");

    static final String WAN_GW4 = "45.80.1.2";
    static final String WAN_ISP4 = "45.80.1.1";
    static final String WAN_GW6 = "2a0e:1c80:1::2";
    static final String WAN_ISP6 = "2a0e:1c80:1::1";

    /** The second line, which a network switch uses. */
    static final String SECOND_GW4 = "45.80.2.2";

    static final String SECOND_ISP4 = "45.80.2.1";
    static final String SECOND_GW6 = "2a0e:1c80:2::2";
    static final String SECOND_ISP6 = "2a0e:1c80:2::1";

    static final String RELAY4 = "45.90.7.9";
    static final String OTHER_RELAY4 = "45.90.7.10";
    static final String RELAY6 = "2a0e:1c80:9::9";
    static final int RELAY_PORT = 1080;

    /** Where another program on the proxy's host is a second proxy server. */
    static final int SECOND_PORT = 1081;

    /** Where the proxy speaks a protocol with a clock in it: Shadowsocks of 2022. */
    static final int CLOCKED_PORT = 10_443;

    /** The proxy's name, for {@link NameServers}. */
    static final String RELAY_NAME = "proxy.lab.example";

    static final List<String> NAME_SERVERS = List.of("45.90.7.53", "45.90.7.54");

    /** The hosts that canaries are sent to. */
    static final List<String> CANARY4 = List.of("8.8.8.8", "1.1.1.1", "93.184.216.34");

    static final List<String> CANARY6 = List.of("2001:4860:4860::8888", "2606:4700:4700::1111");

    /** The hosts whose HTTP servers tell that the tunnel carries. */
    static final String WEB4 = "93.184.216.34";

    static final String WEB6 = "2606:4700:4700::1111";

    static final int WEB_PORT = 80;

    /** Counts datagrams with numbers in them. */
    static final int COUNT_PORT = 4444;

    /** Takes and discards streams. */
    static final int DISCARD_PORT = 9;

    /** Sends a long stream of {@link SeededOctets}. */
    static final int PATTERN_PORT = 8000;

    /** Sends one of those that are under way all the time. */
    static final int DOWNLOAD_PORT = 8003;

    /** Looks at one of those. */
    static final int UPLOAD_PORT = 8004;

    /** Sends an octet a second. */
    static final int SLOW_PORT = 8001;

    /** Sends an octet, and nothing else. */
    static final int GREETING_PORT = 8002;

    /** Programs of the box that are not the appliance send from these ports, which the kernel gives to nobody by itself (net.ipv4.ip_local_port_range). */
    static final int STRANGERS_PORTS = 61_000;

    /** On the proxy's host, another program: it tells who asks. */
    static final int FORWARDED_PORT = 8443;

    static final String TUN4 = "172.19.0.1";
    static final String TUN6 = "fdfe:dcba:9876::1";

    /** The first half of the tunnel's IPv6 addresses. */
    static final String TUN_NET6_WORD = "0xfdfedcba98760000";

    /** One of the four addresses of the tunnel's network. */
    static String tun4(int last) {
        return "172.19.0." + last;
    }

    /** The same of IPv6. */
    static String tun6(int last) {
        return "fdfe:dcba:9876::" + last;
    }

    private Places() {}
}
