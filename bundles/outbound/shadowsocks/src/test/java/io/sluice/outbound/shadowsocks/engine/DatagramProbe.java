package io.sluice.outbound.shadowsocks.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import java.net.InetSocketAddress;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Uses an association as a flow would. */
final class DatagramProbe implements DatagramReceiver {

    record Received(byte[] payload, InetSocketAddress peer) {}

    final DatagramPort port;
    final BlockingQueue<Received> received = new LinkedBlockingQueue<>();

    private DatagramProbe(DatagramPort port) {
        this.port = port;
    }

    static DatagramProbe on(DatagramPort port) throws InterruptedException {
        DatagramProbe probe = new DatagramProbe(port);
        port.eventLoop().submit(() -> port.receiver(probe)).sync();
        return probe;
    }

    static byte[] payload(int length) {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = StreamProbe.octet(i);
        }
        return payload;
    }

    void send(byte[] payload, int segmentSize, InetSocketAddress peer) throws InterruptedException {
        port.eventLoop()
                .submit(() -> {
                    port.send(Unpooled.copiedBuffer(payload), segmentSize, peer);
                    port.flush();
                })
                .sync();
    }

    /** The next datagram, or null within so long. */
    Received next(long millis) throws InterruptedException {
        return received.poll(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        byte[] octets = new byte[payload.readableBytes()];
        payload.readBytes(octets).release();
        received.add(new Received(octets, peer));
    }

    @Override
    public void batchComplete() {
        // Each was taken when it came.
    }
}
