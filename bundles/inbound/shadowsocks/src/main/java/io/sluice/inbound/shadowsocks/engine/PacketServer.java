package io.sluice.inbound.shadowsocks.engine;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import io.sluice.proxyserver.Door;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.packet.Datagram;
import io.sluice.shadowsocks.packet.ServerPackets;
import io.sluice.shadowsocks.packet.ServerSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The packets of all clients: one socket on one loop. A session's first datagram makes a flow, which may speak with any number of peers; if
 * the flow ends or is refused, the next datagram makes another, in the same session.
 *
 * <p>Opened and closed from any thread but the loop's; everything else on the loop.
 */
public final class PacketServer implements AutoCloseable {

    /** What the kernel may keep for us, in octets: asks for more than net.core.rmem_max allows, and so gets all of that. */
    private static final int KERNEL_BUFFER = 4 << 20;

    private final Door door;
    private final ServerPackets packets;
    private final ServerCounters counters;
    private final DatagramChannel socket;
    private final List<ClientAssociation> touched = new ArrayList<>();
    private final List<ClientAssociation> live = new ArrayList<>();
    private DatagramIo io;
    private boolean closed;

    private PacketServer(Door door, ServerPackets packets, ServerCounters counters, DatagramChannel socket) {
        this.door = door;
        this.packets = packets;
        this.counters = counters;
        this.socket = socket;
    }

    /**
     * Binds; waits for it.
     *
     * @param local where; the port of the streams, if there are any
     * @throws IOException where it could not listen, and why
     */
    public static PacketServer open(Door door, ServerPackets packets, ServerCounters counters, InetSocketAddress local)
            throws IOException {
        ChannelFuture bound = new Bootstrap()
                .group(door.loops().next())
                .channel(door.loops().datagramChannel())
                .option(ChannelOption.AUTO_READ, false)
                .option(ChannelOption.SO_RCVBUF, KERNEL_BUFFER)
                .handler(new ChannelInboundHandlerAdapter())
                .bind(local)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "inbound \"" + door.settings().tag() + "\" cannot take datagrams at "
                            + local.getAddress().getHostAddress() + ":" + local.getPort() + ": "
                            + bound.cause().getMessage() + "; stop what uses the address, or configure another",
                    bound.cause());
        }
        DatagramChannel socket = (DatagramChannel) bound.channel();
        PacketServer server = new PacketServer(door, packets, counters, socket);
        socket.eventLoop().submit(server::begin).awaitUninterruptibly();
        return server;
    }

    private void begin() {
        io = door.loops().datagrams(socket, new FromClients());
        io.reading(true);
    }

    public InetSocketAddress local() {
        return socket.localAddress();
    }

    EventLoop eventLoop() {
        return socket.eventLoop();
    }

    Door door() {
        return door;
    }

    boolean send(ByteBuf packet, int segmentSize, InetSocketAddress client) {
        if (closed) {
            packet.release();
            return false;
        }
        return io.send(null, packet, segmentSize, client);
    }

    void flush() {
        if (!closed) {
            io.flush();
        }
    }

    void ended(ClientAssociation association) {
        live.remove(association);
    }

    /** Closes the socket, and the flows with it: they have no other way to their clients. */
    @Override
    public void close() {
        eventLoop()
                .submit(() -> {
                    closed = true;
                    io.close();
                    for (ClientAssociation association : List.copyOf(live)) {
                        association.close(CloseReason.INBOUND_WITHDRAWN);
                    }
                })
                .awaitUninterruptibly();
        socket.closeFuture().awaitUninterruptibly();
    }

    private void arrived(ByteBuf packet, InetSocketAddress from) {
        ServerSession session;
        Datagram datagram;
        try {
            ServerPackets.Received received = packets.open(packet, from);
            session = received.session();
            datagram = received.datagram();
        } catch (FaultException e) {
            counters.packet(e.fault());
            return;
        }
        FlowAcceptor flows = door.flows().get();
        if (datagram.peer().getPort() == 0 || flows == null) {
            door.counters().droppedDatagrams.increment();
            datagram.payload().release();
            return;
        }
        ClientAssociation association = (ClientAssociation) session.owner();
        if (association == null) {
            association = new ClientAssociation(this, session);
            live.add(association);
            door.counters().associations.increment();
        }
        if (association.arrived(flows, datagram)) {
            touched.add(association);
        }
    }

    /** Packets of clients, and of whoever else finds the socket. */
    private final class FromClients implements DatagramSink {

        @Override
        public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress from) {
            if (segmentSize == 0) {
                arrived(payload, from);
                return;
            }
            // Joined by the kernel: each is a packet.
            int end = payload.writerIndex();
            for (int at = payload.readerIndex(); at < end; at += segmentSize) {
                arrived(payload.retainedSlice(at, Math.min(segmentSize, end - at)), from);
            }
            payload.release();
        }

        @Override
        public void batchComplete() {
            touched.forEach(ClientAssociation::batchComplete);
            touched.clear();
        }

        /** An ICMP error about one packet, or one that the socket did not take; the others go on. */
        @Override
        public void failed(IOException cause, int lost) {
            door.counters().droppedDatagrams.add(Math.max(1, lost));
        }
    }
}
