package io.sluice.proxyserver.socks;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import io.sluice.api.net.Network;
import io.sluice.api.transport.Arrival;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.proxycodec.socks.Socks5DatagramDecoder;
import io.sluice.proxycodec.socks.Socks5DatagramHeaders;
import io.sluice.proxyserver.ClientDatagramPort;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.InboundCounters;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A UDP association (RFC 1928 §7): a relay socket on the address that the client connected to, which serves one endpoint of that client.
 *
 * <p>Theory of operation. Who may send is fixed: the address of the control connection, and the port that the request named or, if it
 * named none, the port of the first good datagram. Everything else is dropped and counted. The first good datagram makes a flow; if the flow ends or is
 * refused, the next one makes another. The association ends with its control connection, and the flow with it.
 *
 * <p>On the control connection's loop.
 */
final class SocksAssociation implements ClientDatagramPort.Association {

    /** What the kernel may keep for us, in octets: asks for more than net.core.rmem_max allows, and so gets all of that. */
    private static final int KERNEL_BUFFER = 4 << 20;

    private final Door door;
    private final EventLoop loop;
    private final Arrival arrival;
    private final Optional<String> user;
    private final Socks5DatagramDecoder decoder = new Socks5DatagramDecoder();
    private int clientPort;
    private InetSocketAddress clientEndpoint;
    private DatagramChannel relay;
    private DatagramIo datagrams;
    private Socks5DatagramHeaders headers;
    private ClientDatagramPort flow;
    private boolean closed;

    /**
     * @param loop that of the control connection
     * @param clientPort DST.PORT of the request: where the client will send from, as far as it knows; else 0
     */
    SocksAssociation(Door door, EventLoop loop, Arrival arrival, Optional<String> user, int clientPort) {
        this.door = door;
        this.loop = loop;
        this.arrival = arrival;
        this.user = user;
        this.clientPort = clientPort;
    }

    /** Binds the relay socket. */
    ChannelFuture open() {
        ChannelFuture bound = new Bootstrap()
                .group(loop)
                .channel(door.loops().datagramChannel())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.SO_RCVBUF, KERNEL_BUFFER)
                .handler(new ChannelInboundHandlerAdapter())
                .bind(arrival.local().getAddress(), 0);
        relay = (DatagramChannel) bound.channel();
        headers = new Socks5DatagramHeaders(relay.alloc());
        bound.addListener(done -> {
            if (done.isSuccess() && !closed) {
                datagrams = door.loops().datagrams(relay, new FromClient());
                datagrams.reading(true);
            }
        });
        return bound;
    }

    /** The address and port that the client is told. */
    InetSocketAddress told() {
        InetSocketAddress local = (InetSocketAddress) relay.localAddress();
        return door.settings()
                .udpAddress()
                .map(address -> new InetSocketAddress(address, local.getPort()))
                .orElse(local);
    }

    void close(CloseReason reason) {
        if (closed) {
            return;
        }
        closed = true;
        if (datagrams == null) {
            relay.close();
        } else {
            datagrams.close();
        }
        headers.release();
        if (flow != null) {
            flow.close(reason);
        }
    }

    @Override
    public EventLoop eventLoop() {
        return loop;
    }

    @Override
    public InboundCounters counters() {
        return door.counters();
    }

    private FlowSource source(InetSocketAddress destination) {
        return new FlowSource(Network.UDP, door.settings().tag(), clientEndpoint, destination, user);
    }

    @Override
    public void send(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        if (closed || !Socks5Address.isCarriable(peer)) {
            door.counters().droppedDatagrams.increment();
            payload.release();
        } else if (!datagrams.send(headers.of(peer), payload, segmentSize, clientEndpoint)) {
            door.counters().droppedDatagrams.increment();
        }
    }

    @Override
    public void flush() {
        datagrams.flush();
    }

    @Override
    public void forget(ClientDatagramPort ended, CloseReason reason) {
        if (flow == ended) {
            flow = null;
        }
    }

    private boolean isClient(InetSocketAddress sender) {
        return arrival.peer().getAddress().equals(sender.getAddress())
                && (clientPort == 0 || clientPort == sender.getPort());
    }

    private void arrived(ByteBuf datagram, InetSocketAddress sender) {
        if (closed || !isClient(sender)) {
            door.counters().foreignDatagrams.increment();
            datagram.release();
            return;
        }
        InetSocketAddress peer = decoder.decode(datagram);
        if (peer == null || peer.getPort() == 0) {
            door.counters().malformedDatagrams.increment();
            datagram.release();
            return;
        }
        if (clientEndpoint == null) {
            clientPort = sender.getPort();
            clientEndpoint = sender;
        }
        if (flow != null) {
            flow.arrived(datagram, peer);
            return;
        }
        FlowAcceptor flows = door.flows().get();
        if (flows == null) {
            door.counters().droppedDatagrams.increment();
            datagram.release();
            return;
        }
        ClientDatagramPort begun = ClientDatagramPort.begin(this, flows, source(peer), datagram);
        flow = begun.closed().isDone() ? null : begun;
    }

    /** Datagrams of the client, and of whoever else finds the socket. */
    private final class FromClient implements DatagramSink {

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress from) {
            if (segmentSize == 0) {
                arrived(payload, from);
                return;
            }
            // Joined by the kernel: each has a header of its own.
            int end = payload.writerIndex();
            for (int at = payload.readerIndex(); at < end; at += segmentSize) {
                arrived(payload.retainedSlice(at, Math.min(segmentSize, end - at)), from);
            }
            payload.release();
        }

        @Override
        public void batchComplete() {
            if (flow != null) {
                flow.batchComplete();
            }
        }

        /** An ICMP error about one datagram, or one that the socket did not take; the association goes on. */
        @Override
        public void failed(IOException cause, int lost) {
            door.counters().droppedDatagrams.add(Math.max(1, lost));
        }
    }
}
