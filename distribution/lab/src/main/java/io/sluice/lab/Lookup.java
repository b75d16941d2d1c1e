package io.sluice.lab;

import java.nio.ByteBuffer;

/** What a packet to a name server asks for. */
final class Lookup {

    private static final int TCP = 6;
    private static final int MESSAGE_HEADER = 12;

    private static final byte[] PROXY = Packets.name(Places.RELAY_NAME);

    private Lookup() {}

    /**
     * Whether it asks for the proxy server's name, by datagram or by stream (RFC 1035 §4.2), or is a segment without data.
     *
     * @param frame with a packet of IPv4
     * @param transport where its UDP or TCP header is
     */
    static boolean isForTheProxy(byte[] frame, int protocol, int transport) {
        // Short frames are filled up: the packet's own length counts.
        int end = Math.min(14 + (ByteBuffer.wrap(frame).getShort(16) & 0xffff), frame.length);
        if (protocol != TCP) {
            return asks(frame, transport + 8, end);
        }
        int data = transport + 12 < end ? transport + ((frame[transport + 12] & 0xf0) >> 2) : end + 1;
        return data == end || asks(frame, data + 2, end);
    }

    /** RFC 1035 §4.1: one question, and its name; case does not matter (§2.3.3). */
    private static boolean asks(byte[] frame, int message, int end) {
        int at = message + MESSAGE_HEADER;
        if (at + PROXY.length > end || frame[message + 4] != 0 || frame[message + 5] != 1) {
            return false;
        }
        for (int i = 0; i < PROXY.length; i++) {
            if (Character.toLowerCase(frame[at + i]) != PROXY[i]) {
                return false;
            }
        }
        return true;
    }
}
