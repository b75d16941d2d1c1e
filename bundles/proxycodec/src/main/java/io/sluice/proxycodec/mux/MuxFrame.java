package io.sluice.proxycodec.mux;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.v2ray.EndpointCodec;
import java.net.InetSocketAddress;

/**
 * One frame.
 *
 * <pre>
 * +--------+---------+--------+--------+ +---------+------------+-----------+ +--------+---------+
 * | length | session | status | option | | network | endpoint   | global id | | length | payload |
 * +--------+---------+--------+--------+ +---------+------------+-----------+ +--------+---------+
 * |   2    |    2    |   1    |   1    | |    1    | Variable   |     8     | |   2    |         |
 * +--------+---------+--------+--------+ +---------+------------+-----------+ +--------+---------+
 *   of what follows up to the payload's    NEW; KEEP of XUDP      NEW of XUDP     if option has X'01'
 * </pre>
 *
 * Octets between what is known and the end of the length are padding.
 *
 * @param datagrams whether the network is UDP
 * @param failed option X'02': the session ends by a fault
 * @param endpoint where it goes or comes from; null if the frame says nothing of it
 * @param payload owned by whoever takes the frame; empty if there is none
 */
public record MuxFrame(
        int session, MuxStatus status, boolean failed, boolean datagrams, InetSocketAddress endpoint, ByteBuf payload) {

    static final int DATA = 1;
    static final int ERROR = 2;

    static final int TCP = 1;
    static final int UDP = 2;

    /** Session, status and option. */
    private static final int LEAST = 4;

    /** Xray's limit for everything ahead of the payload. */
    static final int MOST = 512;

    /** XUDP: eight octets by which a client finds its association again after a lost connection; zeros ask for nothing. */
    private static final int GLOBAL_ID = 8;

    /** Takes a whole frame off the front; null if it is not complete yet. */
    public static MuxFrame read(ByteBuf in) throws MalformedMessageException {
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available < 2) {
            return null;
        }
        int length = in.getUnsignedShort(start);
        if (length < LEAST || length > MOST) {
            throw new MalformedMessageException("a frame's head of " + length + " octets");
        }
        if (available < 2 + length) {
            return null;
        }
        boolean data = (in.getUnsignedByte(start + 2 + 3) & DATA) != 0;
        int payloadAt = 2 + length;
        int payload = 0;
        if (data) {
            payloadAt += 2;
            if (available < payloadAt) {
                return null;
            }
            payload = in.getUnsignedShort(start + payloadAt - 2);
            if (available < payloadAt + payload) {
                return null;
            }
        }
        MuxFrame head = head(in.slice(start + 2, length));
        in.readerIndex(start + payloadAt);
        return payload == 0 ? head : head.with(in.readRetainedSlice(payload));
    }

    private static MuxFrame head(ByteBuf head) throws MalformedMessageException {
        int session = head.readUnsignedShort();
        MuxStatus status = MuxStatus.of(head.readUnsignedByte());
        boolean failed = (head.readUnsignedByte() & ERROR) != 0;
        int network = head.isReadable() ? head.getUnsignedByte(head.readerIndex()) : 0;
        boolean described = status == MuxStatus.NEW || status == MuxStatus.KEEP && network == UDP;
        if (!described) {
            return new MuxFrame(session, status, failed, false, null, Unpooled.EMPTY_BUFFER);
        }
        if (network != TCP && network != UDP) {
            throw new MalformedMessageException("network " + network + " is not 1 or 2");
        }
        head.skipBytes(1);
        InetSocketAddress endpoint = EndpointCodec.read(head);
        if (endpoint == null) {
            throw new MalformedMessageException("a frame's endpoint is cut off");
        }
        return new MuxFrame(session, status, failed, network == UDP, endpoint, Unpooled.EMPTY_BUFFER);
    }

    private MuxFrame with(ByteBuf data) {
        return new MuxFrame(session, status, failed, datagrams, endpoint, data);
    }

    /** Octets that {@link #writeOpening} will add, the most of all heads for this endpoint. */
    static int headLength(InetSocketAddress endpoint) {
        return 2 + LEAST + 1 + EndpointCodec.length(endpoint) + GLOBAL_ID + 2;
    }

    /** The head of an association's first frame. */
    static void writeOpening(int session, InetSocketAddress endpoint, int payload, ByteBuf out) {
        out.writeShort(LEAST + 1 + EndpointCodec.length(endpoint) + GLOBAL_ID);
        out.writeShort(session).writeByte(MuxStatus.NEW.code()).writeByte(DATA).writeByte(UDP);
        EndpointCodec.write(endpoint, out);
        out.writeZero(GLOBAL_ID).writeShort(payload);
    }

    /** The head of a later datagram's frame. */
    static void writeFurther(int session, InetSocketAddress endpoint, int payload, ByteBuf out) {
        out.writeShort(LEAST + 1 + EndpointCodec.length(endpoint));
        out.writeShort(session).writeByte(MuxStatus.KEEP.code()).writeByte(DATA).writeByte(UDP);
        EndpointCodec.write(endpoint, out);
        out.writeShort(payload);
    }

    /** A whole frame that ends a session. */
    public static void writeEnd(int session, boolean failed, ByteBuf out) {
        out.writeShort(LEAST)
                .writeShort(session)
                .writeByte(MuxStatus.END.code())
                .writeByte(failed ? ERROR : 0);
    }

    /** Octets of {@link #writeEnd}. */
    public static final int END_LENGTH = 2 + LEAST;
}
