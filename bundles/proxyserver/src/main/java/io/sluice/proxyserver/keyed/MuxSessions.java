package io.sluice.proxyserver.keyed;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSource;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.mux.MuxFrame;
import io.sluice.proxycodec.mux.XudpFraming;
import io.sluice.proxyserver.Door;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A connection that carries associations as sessions of Mux.cool (XUDP). Sessions of streams are refused: Mux.cool has no window for each of
 * them, so one slow reader would stop the others.
 *
 * <p>A session ends with its flow, by END from either side, or with the connection; the connection ends when no session was there for {@link #IDLE}. A
 * client's global id is not kept: after a lost connection its associations begin anew.
 */
final class MuxSessions extends FrameReader {

    /** Sessions of one connection. Ours: Xray's clients put 8 on a connection by default (mux.concurrency), 128 at most. */
    static final int MAX_SESSIONS = 128;

    /** Xray's server looks every 60 s for connections without a session. */
    static final Duration IDLE = Duration.ofSeconds(60);

    private record Session(FramedAssociation association, InetSocketAddress first) {}

    private final Function<InetSocketAddress, FlowSource> source;
    private final Map<Integer, Session> sessions = new LinkedHashMap<>();
    private ScheduledFuture<?> idle;

    MuxSessions(Door door, ByteStream stream, Function<InetSocketAddress, FlowSource> source) {
        super(door, stream);
        this.source = source;
        waitForASession();
    }

    @Override
    void take(ByteBuf in) throws MalformedMessageException {
        for (MuxFrame frame = MuxFrame.read(in); frame != null; frame = isOver() ? null : MuxFrame.read(in)) {
            take(frame);
        }
    }

    private void take(MuxFrame frame) {
        switch (frame.status()) {
            case NEW -> open(frame);
            case KEEP -> keep(frame);
            case END -> {
                frame.payload().release();
                Session session = sessions.remove(frame.session());
                if (session != null) {
                    session.association.close(CloseReason.FINISHED);
                    waitForASession();
                }
            }
            case KEEP_ALIVE -> frame.payload().release();
        }
    }

    private void open(MuxFrame frame) {
        int id = frame.session();
        Session before = sessions.remove(id);
        if (before != null) {
            before.association.close(CloseReason.FINISHED);
        }
        if (!frame.datagrams() || sessions.size() >= MAX_SESSIONS) {
            door().counters().refusedRequests.increment();
            frame.payload().release();
            refuse(id);
            return;
        }
        door().counters().associations.increment();
        XudpFraming framing = XudpFraming.opened(id, frame.endpoint());
        FramedAssociation association =
                new FramedAssociation(door(), channel(), framing, source, reason -> sessionEnded(id));
        Session session = new Session(association, frame.endpoint());
        sessions.put(id, session);
        stopWaiting();
        pass(session, frame);
    }

    private void keep(MuxFrame frame) {
        Session session = sessions.get(frame.session());
        if (session == null) {
            frame.payload().release();
            refuse(frame.session());
        } else {
            pass(session, frame);
        }
    }

    private static void pass(Session session, MuxFrame frame) {
        if (frame.payload().isReadable()) {
            session.association.arrived(frame.payload(), frame.endpoint() == null ? session.first : frame.endpoint());
        } else {
            frame.payload().release();
        }
    }

    private void sessionEnded(int id) {
        sessions.remove(id);
        if (!isOver()) {
            refuse(id);
            waitForASession();
        }
    }

    /** Tells that a session is no more. Not queued without a bound: a client that reads nothing is not told. */
    private void refuse(int id) {
        if (channel().isWritable()) {
            ByteBuf end = channel().alloc().buffer(MuxFrame.END_LENGTH);
            MuxFrame.writeEnd(id, true, end);
            channel().writeAndFlush(end, channel().voidPromise());
        }
    }

    private void waitForASession() {
        if (sessions.isEmpty() && idle == null) {
            idle = channel().eventLoop().schedule(() -> end(CloseReason.IDLE), IDLE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void stopWaiting() {
        if (idle != null) {
            idle.cancel(false);
            idle = null;
        }
    }

    @Override
    void complete() {
        // A flow that ends meanwhile takes its session out.
        for (Session session : sessions.values().toArray(Session[]::new)) {
            session.association.batchComplete();
        }
    }

    @Override
    void ended(CloseReason reason) {
        stopWaiting();
        Session[] all = sessions.values().toArray(Session[]::new);
        sessions.clear();
        for (Session session : all) {
            session.association.close(reason);
        }
    }
}
