package io.sluice.outbound.direct.engine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.egress.EgressException;
import io.sluice.api.egress.EgressOptions;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.dialer.AddressPreference;
import io.sluice.dialer.ConnectFailures;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * The outside end of an association: one unconnected socket a family, made when it is first needed, so every peer of a family sees one
 * source port (RFC 4787 REQ-1). Peers on this host have sockets of their own, as the egress binds theirs otherwise. A socket that is closed
 * under it (its interface is gone) is made anew by the next datagram.
 *
 * <p>Datagrams wait for nothing but a name: what the socket's queue does not take is dropped and counted. Loop thread only.
 */
final class DirectDatagramPort implements DatagramPort {

    private static final int INET6 = 1;
    private static final int LOOPBACK = 2;

    private final DirectDialer dialer;
    private final FlowSource source;
    private final EventLoop loop;
    private final Promise<CloseReason> closed;
    private final OutsideSocket[] sockets = new OutsideSocket[4];
    private final PeerNames names;
    private DatagramReceiver receiver;
    private final boolean restricted;

    private InetSocketAddress onlyPeer;
    private boolean manyPeers;

    DirectDatagramPort(DirectDialer dialer, OpenRequest request) {
        this.dialer = dialer;
        this.source = request.source();
        this.loop = request.eventLoop();
        this.closed = loop.newPromise();
        this.names = new PeerNames(dialer, this);
        this.restricted = dialer.restricts(source);
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        if (closed.isDone()) {
            payload.release();
        } else if (peer.isUnresolved()) {
            names.send(payload, segmentSize, peer);
        } else {
            sendTo(payload, segmentSize, peer);
        }
    }

    /** Sends to an address. */
    void sendTo(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        if (!allows(peer)) {
            payload.release();
            notReached(peer, dropped());
            return;
        }
        OutsideSocket socket = socket(peer);
        if (socket == null) {
            payload.release();
            return;
        }
        if (peer != onlyPeer && !peer.equals(onlyPeer)) {
            manyPeers |= onlyPeer != null;
            onlyPeer = peer;
        }
        if (!socket.io().send(null, payload, segmentSize, peer)) {
            dialer.totals().datagramsDroppedQueueFull.increment();
        }
    }

    /** Whether datagrams may go there and come from there. */
    boolean allows(InetSocketAddress peer) {
        return !restricted || dialer.allows(source, peer);
    }

    /** Counts a datagram of a peer that is not allowed, and says why: without a binder nobody knows which addresses are this host's, so that none is allowed. */
    private CloseReason dropped() {
        if (dialer.binder() == null) {
            dialer.totals().datagramsDroppedNoEgress.increment();
            return CloseReason.EGRESS_UNAVAILABLE;
        }
        dialer.totals().datagramsDroppedByRule.increment();
        return CloseReason.POLICY_REJECTED;
    }

    @Override
    public void flush() {
        for (OutsideSocket socket : sockets) {
            if (socket != null) {
                socket.io().flush();
            }
        }
    }

    @Override
    public void receiver(DatagramReceiver taker) {
        receiver = taker;
        for (OutsideSocket socket : sockets) {
            if (socket != null) {
                socket.io().reading(true);
            }
        }
    }

    @Override
    public void close(CloseReason reason) {
        if (closed.trySuccess(reason)) {
            names.close();
            for (OutsideSocket socket : sockets) {
                if (socket != null) {
                    socket.io().close();
                }
            }
        }
    }

    @Override
    public Future<CloseReason> closed() {
        return closed;
    }

    /** The kernel refused datagrams. Only with a single peer is it certain whose they were. */
    void failed(IOException cause, int lost) {
        dialer.totals().datagramErrors.add(Math.max(1, lost));
        if (receiver != null && !manyPeers && onlyPeer != null) {
            receiver.unreachable(onlyPeer, ConnectFailures.reason(cause));
        }
    }

    /** Tells the receiver that a peer cannot be reached. */
    void notReached(InetSocketAddress peer, CloseReason reason) {
        if (receiver != null) {
            receiver.unreachable(peer, reason);
        }
    }

    private OutsideSocket socket(InetSocketAddress peer) {
        InetAddress address = peer.getAddress();
        int kind = (address instanceof Inet6Address ? INET6 : 0) | (address.isLoopbackAddress() ? LOOPBACK : 0);
        OutsideSocket socket = sockets[kind];
        if (socket != null) {
            if (socket.channel().isOpen()) {
                return socket;
            }
            socket.io().close();
        }
        try {
            socket = open(address);
            sockets[kind] = socket;
            return socket;
        } catch (EgressException e) {
            dialer.totals().datagramsDroppedNoEgress.increment();
            notReached(peer, CloseReason.EGRESS_UNAVAILABLE);
        } catch (RuntimeException e) {
            dialer.totals().datagramErrors.increment();
            notReached(peer, ConnectFailures.reason(e));
        }
        sockets[kind] = null;
        return null;
    }

    /** Whether this host has a route there: connect(2) of a datagram socket looks for one and sends nothing, as getaddrinfo(3) asks for RFC 6724 §6, rule 1. */
    boolean hasRouteTo(InetSocketAddress peer) {
        try {
            DatagramChannel probe = made(peer.getAddress(), peer.getAddress(), dialer.binder());
            boolean connected = probe.connect(peer).isSuccess();
            probe.close();
            return connected;
        } catch (EgressException | RuntimeException e) {
            return false;
        }
    }

    /** A socket of the address's family, on the loop and the egress, towards one destination, or many if that is null. */
    private DatagramChannel made(InetAddress address, InetAddress destination, EgressBinder binder)
            throws EgressException {
        if (binder == null) {
            throw new EgressException(DirectDialer.NO_BINDER);
        }
        DatagramChannel socket = dialer.sockets().datagram(AddressPreference.family(address));
        socket.config().setOption(ChannelOption.AUTO_READ, false);
        // On the loop these complete before they return, or have failed.
        var registered = loop.register(socket);
        if (!registered.isSuccess()) {
            socket.close();
            throw new IllegalStateException("a datagram socket could not be registered", registered.cause());
        }
        try {
            binder.bind(socket, destination, options(address));
        } catch (EgressException | RuntimeException e) {
            socket.close();
            throw e;
        }
        return socket;
    }

    private OutsideSocket open(InetAddress address) throws EgressException {
        EgressBinder binder = dialer.binder();
        DatagramChannel socket = made(address, address.isLoopbackAddress() ? address : null, binder);
        // A source address was bound by the binder.
        var bound = options(address).source().isPresent()
                ? loop.newSucceededFuture(null)
                : socket.bind(new InetSocketAddress(0));
        if (!bound.isSuccess()) {
            socket.close();
            throw new IllegalStateException("a datagram socket could not be bound", bound.cause());
        }
        binder.own(socket);
        DatagramIo io = dialer.loops().datagrams(socket, new FromOutside());
        io.reading(receiver != null);
        return new OutsideSocket(socket, io);
    }

    /** A source address of the other family says nothing of this socket. */
    private EgressOptions options(InetAddress peer) {
        EgressOptions wanted = dialer.settings().egress();
        return wanted.source()
                        .filter(s -> AddressPreference.family(s) != AddressPreference.family(peer))
                        .isPresent()
                ? new EgressOptions(wanted.device(), Optional.empty(), wanted.mark())
                : wanted;
    }

    private record OutsideSocket(DatagramChannel channel, DatagramIo io) {}

    /** From the sockets to the receiver. */
    private final class FromOutside implements DatagramSink {

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress from) {
            if (receiver == null || closed.isDone() || from == null) {
                payload.release();
            } else if (!allows(from)) {
                payload.release();
                dropped();
            } else {
                receiver.datagram(payload, segmentSize, from);
            }
        }

        @Override
        public void batchComplete() {
            if (receiver != null) {
                receiver.batchComplete();
            }
        }

        @Override
        public void failed(IOException cause, int lost) {
            DirectDatagramPort.this.failed(cause, lost);
        }
    }
}
