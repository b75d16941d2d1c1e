package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;
import io.sluice.shadowsocks.Fault;
import io.sluice.shadowsocks.FaultException;
import io.sluice.shadowsocks.TimeStamps;

/** Reading the header in a packet's body (SIP022 §3.2.3). */
final class MainHeader {

    static final int CLIENT = 0;
    static final int SERVER = 1;

    private MainHeader() {}

    /** Type and time. */
    static void begin(ByteBuf body, int type, long epochSeconds) throws FaultException {
        if (body.readableBytes() < 1 + Long.BYTES || body.readByte() != type) {
            throw new FaultException(Fault.HEADER);
        }
        if (!TimeStamps.isCurrent(body.readLong(), epochSeconds)) {
            throw new FaultException(Fault.TIME);
        }
    }

    /** Padding, address, payload. */
    static Datagram finish(ByteBuf body) throws FaultException {
        if (body.readableBytes() < Short.BYTES) {
            throw new FaultException(Fault.HEADER);
        }
        int padding = body.readUnsignedShort();
        if (padding > body.readableBytes()) {
            throw new FaultException(Fault.HEADER);
        }
        return Datagram.of(body.skipBytes(padding));
    }
}
