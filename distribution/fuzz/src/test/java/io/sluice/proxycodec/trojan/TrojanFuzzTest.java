package io.sluice.proxycodec.trojan;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.sluice.proxycodec.Pieces;

/** Trojan: what follows the key, and datagrams in the middle of a stream. */
class TrojanFuzzTest {

    @FuzzTest
    void request(byte[] octets) {
        Pieces.message(octets, TrojanRequest::read);
    }

    @FuzzTest
    void datagrams(byte[] octets) {
        Pieces.datagrams(octets, new TrojanDatagrams(), new TrojanDatagrams());
    }
}
