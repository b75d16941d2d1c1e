package io.sluice.api.netstack;

import io.sluice.api.net.IpPrefix;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Bounds of one attachment.
 *
 * @param inboundTag the tag its flows carry
 * @param addresses the gateway's own addresses on the device: echo to them is always answered here
 * @param maxConnections TCP connections in any state but LISTEN, at least 1
 * @param maxHalfOpen connections whose handshake is not complete, at least 1; a stack may answer SYNs beyond it with cookies (RFC 4987), else
 *     they are dropped or reset, as {@code tcp} says; all are counted
 * @param maxUdpSessions UDP mappings, at least 1; beyond it the longest idle one is closed
 * @param udpIdle idle time after which a UDP mapping ends; at least 2 min (RFC 4787 REQ-5)
 * @param tcp how TCP treats the clients
 */
public record StackConfig(
        String inboundTag,
        List<IpPrefix> addresses,
        int maxConnections,
        int maxHalfOpen,
        int maxUdpSessions,
        Duration udpIdle,
        TcpSettings tcp) {

    /**
     * Defaults. 65,536 connections: the descriptor limit is met first on ordinary machines. 8,192 half-open: Tailscale's bound for the
     * connects in flight on Linux. 16,384 UDP mappings: sing-box's highest. 5 min: RFC 4787 REQ-5's recommendation.
     */
    public static StackConfig defaults(String inboundTag, List<IpPrefix> addresses) {
        return new StackConfig(inboundTag, addresses, 65_536, 8_192, 16_384, Duration.ofMinutes(5));
    }

    /** With {@link TcpSettings#DEFAULTS}. */
    public StackConfig(
            String inboundTag,
            List<IpPrefix> addresses,
            int maxConnections,
            int maxHalfOpen,
            int maxUdpSessions,
            Duration udpIdle) {
        this(inboundTag, addresses, maxConnections, maxHalfOpen, maxUdpSessions, udpIdle, TcpSettings.DEFAULTS);
    }

    public StackConfig with(TcpSettings settings) {
        return new StackConfig(inboundTag, addresses, maxConnections, maxHalfOpen, maxUdpSessions, udpIdle, settings);
    }

    public StackConfig {
        addresses = List.copyOf(addresses);
        Objects.requireNonNull(tcp, "tcp");
        if (maxConnections < 1 || maxHalfOpen < 1 || maxUdpSessions < 1) {
            throw new IllegalArgumentException("every bound of a stack is at least 1");
        }
    }
}
