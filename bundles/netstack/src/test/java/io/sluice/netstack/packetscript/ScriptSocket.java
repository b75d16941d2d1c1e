package io.sluice.netstack.packetscript;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.flow.CloseReason;
import io.sluice.netstack.engine.Counter;
import io.sluice.netstack.engine.Counters;
import io.sluice.netstack.engine.tcp.ConnectionView;
import io.sluice.netstack.engine.tcp.HalfOpen;
import io.sluice.netstack.engine.tcp.TcpConnection;
import io.sluice.netstack.engine.tcp.TcpState;
import io.sluice.netstack.engine.tcp.TcpUser;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** A socket of the host: what Linux puts between a program and TCP. */
final class ScriptSocket implements TcpUser {

    /** Linux's default of tcp_wmem in the scripts' settings, doubled as SO_SNDBUF is. */
    private static final int DEFAULT_SEND_BUFFER = 4 << 20;

    /** Connections of a listening socket that nobody has accepted. */
    final Deque<ScriptSocket> waiting = new ArrayDeque<>();

    int port;
    boolean listening;
    boolean nonBlocking;
    int maxSegment;

    private boolean noDelay;
    private boolean lingersNot;
    private int sendBuffer = DEFAULT_SEND_BUFFER;
    private int userTimeoutMillis;

    private TcpConnection connection;
    private Counters counters;
    private boolean inputShut;
    private boolean outputShut;
    private ByteBuf rest = Unpooled.EMPTY_BUFFER;
    private long error;

    /** A socket for a connection that is offered to this one. */
    ScriptSocket offered(HalfOpen offer, Counters engineCounters) {
        ScriptSocket child = new ScriptSocket();
        child.port = port;
        child.maxSegment = maxSegment;
        child.noDelay = noDelay;
        child.sendBuffer = sendBuffer;
        child.userTimeoutMillis = userTimeoutMillis;
        child.counters = engineCounters;
        child.connection = offer.accept(child);
        child.applyOptions();
        waiting.add(child);
        return child;
    }

    private void applyOptions() {
        if (connection != null) {
            connection.nagle(!noDelay);
            connection.userTimeout(TimeUnit.MILLISECONDS.toNanos(userTimeoutMillis));
        }
    }

    TcpConnection connection() {
        return connection;
    }

    boolean isEstablished() {
        return connection != null && connection.state() != TcpState.SYN_RECEIVED;
    }

    // ---- the engine's side

    @Override
    public void readable() {}

    @Override
    public void writable() {}

    @Override
    public void ended(CloseReason reason) {
        if (reason != CloseReason.FINISHED) {
            error = counters.of(Counter.TCP_CONNECTIONS_TIMED_OUT) > 0 ? Errno.ETIMEDOUT : Errno.ECONNRESET;
        }
    }

    // ---- the program's side

    private long takeError() {
        long taken = error;
        error = 0;
        return taken;
    }

    /** Octets; an empty array at the end; null if none are there yet. A failed call throws. */
    byte[] read(int room) throws CallException {
        if (connection == null) {
            throw new CallException(Errno.ENOTCONN);
        }
        byte[] taken = new byte[room];
        int at = 0;
        while (at < room) {
            if (!rest.isReadable()) {
                rest.release();
                ByteBuf next = connection.read();
                rest = next == null ? Unpooled.EMPTY_BUFFER : next;
                if (next == null) {
                    break;
                }
            }
            int part = Math.min(room - at, rest.readableBytes());
            rest.readBytes(taken, at, part);
            at += part;
        }
        if (at > 0) {
            connection.consumed();
            return at == room ? taken : Arrays.copyOf(taken, at);
        }
        if (error != 0) {
            throw new CallException(takeError());
        }
        return room == 0 || inputShut || connection.isInputEnded() || connection.state() == TcpState.CLOSED
                ? new byte[0]
                : null;
    }

    int unread() {
        return rest.readableBytes() + ConnectionView.unread(connection);
    }

    int unsent() {
        return ConnectionView.queued(connection);
    }

    /** Takes what fits; returns how much. */
    int write(byte[] data, int from) throws CallException {
        if (connection == null) {
            throw new CallException(Errno.ENOTCONN);
        }
        if (error != 0) {
            throw new CallException(takeError());
        }
        if (outputShut || connection.state() == TcpState.CLOSED) {
            throw new CallException(Errno.EPIPE);
        }
        int length = Math.min(data.length - from, sendBuffer - ConnectionView.queued(connection));
        if (length > 0) {
            connection.write(Unpooled.directBuffer(length).writeBytes(data, from, length));
            connection.push();
        }
        return Math.max(0, length);
    }

    /** POLLIN 1, POLLOUT 4, POLLERR 8, POLLHUP 16. */
    int events() {
        if (connection == null) {
            return !waiting.isEmpty() && waiting.peek().isEstablished() ? 1 : 0;
        }
        boolean closed = connection.state() == TcpState.CLOSED;
        boolean readable = unread() > 0 || connection.isInputEnded() || inputShut || closed;
        boolean writable = closed || ConnectionView.queued(connection) < sendBuffer * 2 / 3;
        return (readable ? 1 : 0) | (writable ? 4 : 0) | (error != 0 ? 8 : 0) | (closed ? 16 : 0);
    }

    void shutdown(int how) {
        if (how != 1) {
            // Linux goes on to take what comes and lets it be read; only an empty queue reads as the end.
            inputShut = true;
        }
        if (how != 0) {
            outputShut = true;
            connection.shutdownOutput();
        }
    }

    void close() {
        if (connection != null) {
            boolean unread = rest.isReadable();
            rest.release();
            rest = Unpooled.EMPTY_BUFFER;
            if (unread || lingersNot) {
                connection.abort();
            } else {
                connection.close();
            }
        }
        waiting.forEach(ScriptSocket::close);
    }

    // ---- options

    void noDelay(boolean on) {
        noDelay = on;
        applyOptions();
        if (on && connection != null) {
            connection.push();
        }
    }

    boolean noDelay() {
        return noDelay;
    }

    void userTimeoutMillis(int millis) {
        userTimeoutMillis = millis;
        applyOptions();
    }

    int userTimeoutMillis() {
        return userTimeoutMillis;
    }

    void keepAlive(boolean on) {
        if (connection != null) {
            connection.keepAlive(on);
        }
    }

    void lingersNot(boolean on) {
        lingersNot = on;
    }

    /** Linux doubles what it is told. */
    void sendBuffer(int octets) {
        sendBuffer = 2 * octets;
    }

    int sendBuffer() {
        return sendBuffer;
    }

    int segmentSize() {
        return connection == null ? maxSegment : ConnectionView.segmentSize(connection);
    }
}
