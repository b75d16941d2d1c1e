package io.sluice.netlink.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;

/** What the kernel might say: a datagram of messages, each read as everything that we read. */
class NetlinkFuzzTest {

    private interface Reader {
        Object read(NetlinkMessage message) throws NetlinkException;
    }

    private static final Reader[] READERS = {Link::read, Route::read, Rule::read, InterfaceAddress::read};

    @FuzzTest
    void datagram(byte[] octets) {
        try {
            for (NetlinkMessage message : NetlinkMessage.split(ByteBuffer.wrap(octets))) {
                for (Reader reader : READERS) {
                    read(reader, message);
                }
            }
        } catch (NetlinkException e) {
            return; // malformed, and said so
        }
    }

    private static void read(Reader reader, NetlinkMessage message) {
        try {
            assertThat(String.valueOf(reader.read(message))).isNotNull();
        } catch (NetlinkException e) {
            return; // likewise
        }
    }
}
