package io.sluice.netstack.engine;

import java.net.InetSocketAddress;

/**
 * What a table finds by its 5-tuple, with its one timer. Seen from the gateway: the client is remote, the address it talks to is local. A
 * UDP mapping leaves local zero (RFC 4787 REQ-1: endpoint-independent).
 */
public abstract class Endpoint extends WheelTimer {

    public final long remoteHigh;
    public final long remoteLow;
    public final long localHigh;
    public final long localLow;
    /** Remote port in the upper, local port in the lower half. */
    public final int ports;

    protected Endpoint(long remoteHigh, long remoteLow, long localHigh, long localLow, int ports) {
        this.remoteHigh = remoteHigh;
        this.remoteLow = remoteLow;
        this.localHigh = localHigh;
        this.localLow = localLow;
        this.ports = ports;
    }

    protected Endpoint(Endpoint same) {
        this(same.remoteHigh, same.remoteLow, same.localHigh, same.localLow, same.ports);
    }

    public static int ports(int remote, int local) {
        return remote << 16 | (local & 0xffff);
    }

    public final int remotePort() {
        return ports >>> 16;
    }

    public final int localPort() {
        return ports & 0xffff;
    }

    public final boolean isV4() {
        return MappedAddress.isV4(remoteHigh, remoteLow);
    }

    public final InetSocketAddress remote() {
        return MappedAddress.socketAddress(remoteHigh, remoteLow, remotePort());
    }

    public final InetSocketAddress local() {
        return MappedAddress.socketAddress(localHigh, localLow, localPort());
    }

    final boolean matches(long rh, long rl, long lh, long ll, int bothPorts) {
        return remoteLow == rl && ports == bothPorts && localLow == ll && remoteHigh == rh && localHigh == lh;
    }

    @Override
    public String toString() {
        return getClass().getSimpleName() + " " + remote() + " → " + local();
    }
}
