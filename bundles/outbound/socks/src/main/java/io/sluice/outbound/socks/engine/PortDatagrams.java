package io.sluice.outbound.socks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import java.net.InetSocketAddress;

/** Another outbound's association with the relay, in place of a socket that is connected to it. Its loop only. */
final class PortDatagrams implements DatagramIo, DatagramReceiver {

    private final DatagramPort port;
    private final InetSocketAddress relay;
    private final DatagramSink sink;
    private final ByteBufAllocator alloc;

    PortDatagrams(DatagramPort port, InetSocketAddress relay, DatagramSink sink, ByteBufAllocator alloc) {
        this.port = port;
        this.relay = relay;
        this.sink = sink;
        this.alloc = alloc;
    }

    /** Header and payload are copied together: the other outbound puts its own before them. */
    @Override
    public boolean send(ByteBuf header, ByteBuf payload, int segmentSize, InetSocketAddress to) {
        int headed = header.readableBytes();
        int octets = payload.readableBytes();
        int segment = segmentSize <= 0 || segmentSize >= octets ? octets : segmentSize;
        int number = octets == 0 ? 1 : (octets + segment - 1) / segment;
        ByteBuf joined = alloc.buffer(number * headed + octets);
        for (int i = 0; i < number; i++) {
            joined.writeBytes(header, header.readerIndex(), headed);
            joined.writeBytes(payload, Math.min(segment, payload.readableBytes()));
        }
        payload.release();
        port.send(joined, number == 1 ? 0 : headed + segment, relay);
        return true;
    }

    @Override
    public void flush() {
        port.flush();
    }

    /** A port has no word for stopping again, and nobody asks for it. */
    @Override
    public void reading(boolean on) {
        if (on) {
            port.receiver(this);
        }
    }

    @Override
    public void close() {
        port.close(CloseReason.FINISHED);
    }

    /** What does not come from the relay is a stranger's, as far as one can tell: a name's address is the other outbound's affair. */
    @Override
    public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        if (relay.isUnresolved() || relay.equals(peer)) {
            sink.datagram(payload, segmentSize, null);
        } else {
            payload.release();
        }
    }

    @Override
    public void batchComplete() {
        sink.batchComplete();
    }
}
