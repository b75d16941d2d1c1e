package io.sluice.proxycodec.vless;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.sluice.proxycodec.Pieces;
import java.net.InetSocketAddress;

/** VLESS: what follows the id, the response, and datagrams in the middle of a stream. */
class VlessFuzzTest {

    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 53);

    @FuzzTest
    void request(byte[] octets) {
        Pieces.message(octets, VlessRequest::read);
    }

    @FuzzTest
    void response(byte[] octets) {
        Pieces.message(octets, VlessResponse::read);
    }

    @FuzzTest
    void datagrams(byte[] octets) {
        Pieces.datagrams(octets, new LengthFraming(PEER), new LengthFraming(PEER));
    }
}
