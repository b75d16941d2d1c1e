package io.sluice.outbound.dns.engine;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.DatagramReceiver;
import io.sluice.api.outbound.ConnectException;
import java.net.InetSocketAddress;
import java.util.function.Supplier;

/** A server that is asked by datagrams. */
final class DatagramUpstream implements Upstream, DatagramReceiver {

    private final InetSocketAddress server;
    private final Supplier<Future<DatagramPort>> opener;
    private final Asker asker;
    private final DnsCounters counters;
    private final WaitingQueries waiting = new WaitingQueries();
    private Future<DatagramPort> opening;
    private DatagramPort port;
    private boolean closed;
    private boolean deaf;

    DatagramUpstream(
            InetSocketAddress server, Supplier<Future<DatagramPort>> opener, Asker asker, DnsCounters counters) {
        this.server = server;
        this.opener = opener;
        this.asker = asker;
        this.counters = counters;
    }

    @Override
    public void ask(ByteBuf query) {
        if (port != null) {
            port.send(query, 0, server);
        } else if (closed || waiting.isFull()) {
            counters.overflowed.increment();
            query.release();
        } else {
            waiting.add(query);
            if (opening == null) {
                opening = opener.get();
                opening.addListener((Future<DatagramPort> done) -> opened(done));
            }
        }
    }

    private void opened(Future<DatagramPort> done) {
        if (!done.isSuccess()) {
            waiting.release();
            fail(done.cause());
            return;
        }
        if (closed) {
            done.getNow().close(CloseReason.CLIENT_ABORTED);
            return;
        }
        port = done.getNow();
        port.receiver(this);
        port.closed().addListener(gone -> fail(gone.cause()));
        waiting.drainTo(query -> port.send(query, 0, server));
        port.flush();
    }

    private void fail(Throwable cause) {
        if (!closed) {
            closed = true;
            asker.failed(
                    cause instanceof ConnectException known
                            ? known
                            : new ConnectException(
                                    CloseReason.REMOTE_ABORTED, "the way to DNS server " + server + " ended", cause));
        }
    }

    @Override
    public void flush() {
        if (port != null) {
            port.flush();
        }
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void reading(boolean wanted) {
        deaf = !wanted;
    }

    @Override
    public void datagram(ByteBuf payload, int segmentSize, InetSocketAddress peer) {
        try {
            while (payload.isReadable()) {
                int length =
                        segmentSize <= 0 ? payload.readableBytes() : Math.min(segmentSize, payload.readableBytes());
                if (closed || deaf) {
                    return;
                }
                counters.answers.increment();
                asker.answered(payload.readRetainedSlice(length));
            }
        } finally {
            payload.release();
        }
    }

    @Override
    public void batchComplete() {}

    @Override
    public void unreachable(InetSocketAddress peer, CloseReason reason) {
        fail(new ConnectException(reason, "DNS server " + server + " cannot be reached: " + reason.sentence()));
    }

    @Override
    public void close() {
        closed = true;
        waiting.release();
        if (opening != null && !opening.isDone()) {
            opening.cancel(false);
        }
        if (port != null) {
            port.close(CloseReason.FINISHED);
        }
    }
}
