package io.sluice.proxycodec.mux;

import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.DatagramFraming;
import io.sluice.proxycodec.FramedDatagram;
import io.sluice.proxycodec.HostNames;
import io.sluice.proxycodec.MalformedMessageException;
import java.net.InetSocketAddress;

/**
 * One session of datagrams, with the peer's endpoint in every frame.
 *
 * <p>The side that opens sends NEW with its first datagram and KEEP with the others; the other side sends KEEP only.
 */
public final class XudpFraming implements DatagramFraming {

    /** Xray has buffers of this size and gives a connection up whose datagram is larger. */
    static final int MAX_PAYLOAD = 8_192;

    private final int session;
    private boolean opened;
    private InetSocketAddress first;
    private boolean ended;

    private XudpFraming(int session, InetSocketAddress first) {
        this.session = session;
        this.first = first;
        this.opened = first != null;
    }

    /** The opening side's; Xray numbers the only session of a connection 0. */
    public static XudpFraming opening() {
        return new XudpFraming(0, null);
    }

    /** The other side's. {@code first} is the endpoint that the opening frame named. */
    public static XudpFraming opened(int session, InetSocketAddress first) {
        return new XudpFraming(session, first);
    }

    /** An empty datagram cannot be carried: Xray's sender leaves it out, and its receiver skips it. */
    @Override
    public boolean isCarriable(int length, InetSocketAddress peer) {
        return length > 0 && length <= MAX_PAYLOAD && HostNames.isCarriable(peer);
    }

    @Override
    public int headerLength(InetSocketAddress peer) {
        return MuxFrame.headLength(peer);
    }

    @Override
    public void writeHeader(int length, InetSocketAddress peer, ByteBuf out) {
        if (opened) {
            MuxFrame.writeFurther(session, peer, length, out);
        } else {
            opened = true;
            first = peer;
            MuxFrame.writeOpening(session, peer, length, out);
        }
    }

    @Override
    public FramedDatagram read(ByteBuf in) throws MalformedMessageException {
        for (MuxFrame frame = next(in); frame != null; frame = next(in)) {
            FramedDatagram datagram = datagram(frame);
            if (datagram != null) {
                return datagram;
            }
        }
        return null;
    }

    private MuxFrame next(ByteBuf in) throws MalformedMessageException {
        return ended ? null : MuxFrame.read(in);
    }

    /** For the opening side, to whom no session can be opened. Null if the frame is none; takes the frame. */
    private FramedDatagram datagram(MuxFrame frame) throws MalformedMessageException {
        InetSocketAddress peer = frame.endpoint() == null ? first : frame.endpoint();
        if (frame.status() == MuxStatus.KEEP && frame.payload().isReadable() && peer != null) {
            return new FramedDatagram(peer, frame.payload());
        }
        frame.payload().release();
        switch (frame.status()) {
            case NEW -> throw new MalformedMessageException("a server opens a session");
            case END -> ended = true;
            case KEEP, KEEP_ALIVE -> {
                // Nothing in it.
            }
        }
        return null;
    }

    @Override
    public boolean isEnded() {
        return ended;
    }
}
