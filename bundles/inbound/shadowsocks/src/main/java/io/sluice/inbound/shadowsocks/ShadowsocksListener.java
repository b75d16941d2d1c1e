package io.sluice.inbound.shadowsocks;

import io.sluice.api.inbound.Inbound;
import io.sluice.inbound.shadowsocks.engine.PacketServer;
import io.sluice.inbound.shadowsocks.engine.ServerCounters;
import io.sluice.proxyserver.Listener;
import java.net.InetSocketAddress;
import java.util.Map;

/** A listening inbound: streams, packets, or both on one port. Any thread but the loops'. */
final class ShadowsocksListener implements Inbound, AutoCloseable {

    private final String tag;
    private final ServerCounters counters;
    private final Listener streams;
    private final PacketServer packets;

    /** Of the two sockets one may be null. */
    ShadowsocksListener(String tag, ServerCounters counters, Listener streams, PacketServer packets) {
        this.tag = tag;
        this.counters = counters;
        this.streams = streams;
        this.packets = packets;
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public String type() {
        return "shadowsocks";
    }

    @Override
    public InetSocketAddress local() {
        return streams == null ? packets.local() : streams.local();
    }

    @Override
    public Map<String, Long> counters() {
        return counters.snapshot();
    }

    @Override
    public void close() {
        if (streams != null) {
            streams.close();
        }
        if (packets != null) {
            packets.close();
        }
    }
}
