package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * Somebody who sends packets of his own making.
 *
 * @param device that he forces them out by, past every route
 */
record Sender(NetworkNamespace where, InetAddress ipv4, InetAddress ipv6, Optional<String> device) {

    static Sender client(World w) {
        return new Sender(w.lab.lan, of(Places.LAN_HOST4), of(Places.LAN_HOST6), Optional.empty());
    }

    static Sender provider(World w) {
        return new Sender(w.lab.wan, of(Places.WAN_ISP4), of(Places.WAN_ISP6), Optional.empty());
    }

    /** A program of the box that leaves the way to the routes. */
    static Sender box(World w) {
        return new Sender(w.lab.gw, of(Places.WAN_GW4), of(Places.WAN_GW6), Optional.empty());
    }

    /** A program of the box that does not: its packets would leave by the line if the filter let them. */
    static Sender boxByTheLine(World w) {
        return new Sender(w.lab.gw, of(Places.WAN_GW4), of(Places.WAN_GW6), Optional.of("wan0"));
    }

    /** A program of the box that has taken its addresses on the local network, and sends there. */
    static Sender gateway(World w) {
        return new Sender(w.lab.gw, of(Places.LAN_GW4), of(Places.LAN_GW6), Optional.of("lan0"));
    }

    /** All from whom nothing is to leave past the tunnel. */
    static List<Sender> all(World w) {
        return List.of(client(w), box(w), boxByTheLine(w));
    }

    /** Of the family of the other end. */
    InetAddress address(InetAddress to) {
        return to.getAddress().length == 4 ? ipv4 : ipv6;
    }

    void send(World w, int protocol, String to, byte[] payload) {
        InetAddress there = of(to);
        InetAddress here = address(there);
        packet(
                w,
                there.getAddress().length == 4
                        ? Packets.ipv4(protocol, here, there, 0, new byte[0], payload)
                        : Packets.ipv6(protocol, here, there, payload),
                there);
    }

    void tcp(World w, int from, String to, int port, int flags, byte[] payload) {
        send(w, 6, to, Packets.tcp(address(of(to)), of(to), from, port, flags, payload));
    }

    void udp(World w, int from, String to, int port, byte[] payload) {
        send(w, 17, to, Packets.udp(from, port, payload));
    }

    /** A whole packet, header included. */
    void packet(World w, byte[] packet, InetAddress to) {
        int family = to.getAddress().length == 4 ? RawSocket.AF_INET : RawSocket.AF_INET6;
        w.raw(where, family, RawSocket.IPPROTO_RAW, device).send(packet, to, 0);
    }

    private static InetAddress of(String literal) {
        return InetAddress.ofLiteral(literal);
    }
}
