package io.sluice.outbound.dns.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.outbound.ConnectException;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;

/** A client that asks by datagrams: for each host that it asks a server, whose answers come from that host. Loop thread only. */
final class DnsAssociation implements DatagramPort {

    /** Servers that one client socket asks at a time; ours: a resolver's list has three (resolv.conf(5)). The oldest makes room. */
    static final int MAX_SERVERS = 16;

    /** Questions whose answer's greatest length is known; ours. */
    private static final int MAX_LIMITS = 256;

    private static final int ID_LENGTH = 2;

    private final EventLoop loop;
    private final DnsRules rules;
    private final DnsCounters counters;
    private final BiFunction<InetSocketAddress, Upstream.Asker, Upstream> servers;
    private final Promise<CloseReason> closed;
    private final Map<InetSocketAddress, Peer> peers = new LinkedHashMap<>(2);
    private DatagramReceiver receiver;

    /** @param servers makes the server for a host that the client asks */
    DnsAssociation(
            EventLoop loop,
            DnsRules rules,
            DnsCounters counters,
            BiFunction<InetSocketAddress, Upstream.Asker, Upstream> servers) {
        this.loop = loop;
        this.rules = rules;
        this.counters = counters;
        this.servers = servers;
        this.closed = loop.newPromise();
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        try {
            while (payload.isReadable() && !closed.isDone()) {
                int length =
                        segmentSize <= 0 ? payload.readableBytes() : Math.min(segmentSize, payload.readableBytes());
                ask(payload.readRetainedSlice(length), peer);
            }
        } finally {
            payload.release();
        }
    }

    private void ask(ByteBuf octets, InetSocketAddress peer) {
        Query query = Query.read(octets);
        if (query == null) {
            counters.malformed.increment();
            octets.release();
            return;
        }
        switch (rules.fate(query)) {
            case DnsRules.Fate.Forward _ -> {
                counters.forwarded.increment();
                Peer asked = peers.computeIfAbsent(peer, Peer::new);
                asked.limits.put(query.message().id(), query.message().udpPayload());
                asked.server.ask(octets);
                bound();
            }
            case DnsRules.Fate.Drop _ -> {
                counters.dropped.increment();
                octets.release();
            }
            case DnsRules.Fate.Answer(int rcode) -> {
                counters.returned.increment();
                octets.release();
                deliver(
                        Query.cut(
                                query.answer(ByteBufAllocator.DEFAULT, rcode),
                                ByteBufAllocator.DEFAULT,
                                query.message().udpPayload()),
                        peer);
            }
        }
    }

    private void bound() {
        if (peers.size() > MAX_SERVERS) {
            Map.Entry<InetSocketAddress, Peer> eldest =
                    peers.entrySet().iterator().next();
            peers.remove(eldest.getKey());
            eldest.getValue().server.close();
        }
    }

    private void deliver(ByteBuf answer, InetSocketAddress peer) {
        if (answer == null) {
            return;
        }
        if (receiver == null || closed.isDone()) {
            answer.release();
        } else {
            receiver.datagram(answer, 0, peer);
            receiver.batchComplete();
        }
    }

    @Override
    public void flush() {
        for (Peer peer : peers.values().toArray(Peer[]::new)) {
            peer.server.flush(); // may fail, and so change the map
        }
    }

    @Override
    public void receiver(DatagramReceiver taker) {
        receiver = taker;
    }

    @Override
    public void close(CloseReason reason) {
        if (closed.trySuccess(reason)) {
            end();
        }
    }

    private void end() {
        peers.values().forEach(p -> p.server.close());
        peers.clear();
    }

    @Override
    public Future<CloseReason> closed() {
        return closed;
    }

    /** A host that the client asks. */
    private final class Peer implements Upstream.Asker {

        private final InetSocketAddress host;
        private final Upstream server;
        private final Map<Integer, Integer> limits = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Integer, Integer> eldest) {
                return size() > MAX_LIMITS;
            }
        };

        Peer(InetSocketAddress host) {
            this.host = host;
            this.server = servers.apply(host, this);
        }

        @Override
        public void answered(ByteBuf answer) {
            Integer limit = answer.readableBytes() < ID_LENGTH
                    ? null
                    : limits.remove(answer.getUnsignedShort(answer.readerIndex()));
            if (limit == null) {
                answer.release(); // nobody asked, or it is an answer given twice
            } else {
                deliver(Query.cut(answer, ByteBufAllocator.DEFAULT, limit), host);
            }
        }

        @Override
        public void writable() {
            // datagrams do not wait
        }

        @Override
        public void failed(ConnectException cause) {
            if (receiver != null && !closed.isDone()) {
                receiver.unreachable(host, cause.reason());
            }
            if (closed.tryFailure(cause)) {
                end();
            }
        }
    }
}
