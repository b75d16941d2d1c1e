package io.sluice.outbound.direct.engine;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.CloseReason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Datagrams to names: they wait, bounded, while their name is resolved; then the first address that this host has a route to is used for as long as the
 * association lives, so that a peer does not change under a conversation. Loop thread only.
 */
final class PeerNames {

    /** Names of one association at a time; ours: a SOCKS client speaks with one or two. The table starts afresh beyond it. */
    private static final int MAX_NAMES = 256;

    /** Datagrams that wait, of all names together: as many as the flow room lets wait for an outbound. */
    private static final int MAX_WAITING = 64;

    private final DirectDialer dialer;
    private final DirectDatagramPort port;
    private final Map<InetSocketAddress, InetSocketAddress> known = new HashMap<>(2);
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(2);

    PeerNames(DirectDialer dialer, DirectDatagramPort port) {
        this.dialer = dialer;
        this.port = port;
    }

    void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        InetSocketAddress address = known.get(peer);
        if (address != null) {
            port.sendTo(payload, segmentSize, address);
            return;
        }
        if (waiting.size() >= MAX_WAITING) {
            payload.release();
            dialer.totals().datagramsDroppedUnresolved.increment();
            return;
        }
        boolean asked = waiting.stream().anyMatch(w -> w.peer.equals(peer));
        waiting.add(new Waiting(payload, segmentSize, peer));
        if (!asked) {
            dialer.names()
                    .resolve(peer.getHostString(), port.eventLoop())
                    .addListener((Future<List<InetAddress>> found) -> resolved(peer, found));
        }
    }

    void close() {
        waiting.forEach(w -> w.payload.release());
        waiting.clear();
    }

    private void resolved(InetSocketAddress peer, Future<List<InetAddress>> found) {
        if (port.closed().isDone()) {
            return;
        }
        List<InetAddress> addresses =
                found.isSuccess() ? dialer.settings().preference().order(found.getNow()) : List.of();
        if (addresses.isEmpty()) {
            dialer.named(false);
        } else {
            dialer.named(true);
            if (known.size() >= MAX_NAMES) {
                known.clear();
            }
            known.put(peer, reachable(addresses, peer.getPort()));
        }
        for (Iterator<Waiting> i = waiting.iterator(); i.hasNext(); ) {
            Waiting datagram = i.next();
            if (datagram.peer.equals(peer)) {
                i.remove();
                if (addresses.isEmpty()) {
                    datagram.payload.release();
                    dialer.totals().datagramsDroppedUnresolved.increment();
                } else {
                    port.sendTo(datagram.payload, datagram.segmentSize, known.get(peer));
                    if (port.closed().isDone()) {
                        return; // a refusal ended it, and all that waited
                    }
                }
            }
        }
        if (addresses.isEmpty()) {
            port.notReached(peer, CloseReason.RESOLVE_FAILED);
        } else {
            port.flush();
        }
    }

    /** The first that this host has a route to, else the first: nobody tells whether a datagram arrives, but many hosts have one family only. */
    private InetSocketAddress reachable(List<InetAddress> addresses, int number) {
        InetSocketAddress first = new InetSocketAddress(addresses.getFirst(), number);
        if (addresses.size() == 1) {
            return first;
        }
        return addresses.stream()
                .map(address -> new InetSocketAddress(address, number))
                .filter(port::allows)
                .filter(port::hasRouteTo)
                .findFirst()
                .orElse(first);
    }

    private record Waiting(ByteBuf payload, int segmentSize, InetSocketAddress peer) {}
}
