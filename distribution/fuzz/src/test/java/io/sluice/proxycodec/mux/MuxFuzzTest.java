package io.sluice.proxycodec.mux;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.Pieces;

/** Mux.cool frames as a server reads them, and XUDP as a client does. */
class MuxFuzzTest {

    @FuzzTest
    void frame(byte[] octets) {
        Pieces.message(octets, MuxFuzzTest::shown);
    }

    /** A frame in words: its buffer would print its place in memory. */
    private static String shown(ByteBuf in) throws MalformedMessageException {
        MuxFrame frame = MuxFrame.read(in);
        if (frame == null) {
            return null;
        }
        String words = frame.session() + " " + frame.status() + " " + frame.failed() + " " + frame.datagrams() + " "
                + frame.endpoint() + " " + frame.payload().readableBytes();
        frame.payload().release();
        return words;
    }

    @FuzzTest
    void xudp(byte[] octets) {
        Pieces.datagrams(octets, XudpFraming.opening(), XudpFraming.opening());
    }
}
