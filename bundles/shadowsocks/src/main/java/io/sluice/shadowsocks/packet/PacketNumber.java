package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBuf;

/**
 * SIP022 §3.2.2, the separate header.
 *
 * @param session of the sender, chosen at random
 * @param number counted by the sender from 0
 */
record PacketNumber(long session, long number) {

    static final int LENGTH = 16;

    static PacketNumber read(ByteBuf in) {
        return new PacketNumber(in.readLong(), in.readLong());
    }
}
