package io.sluice.proxyserver.http;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;

/** The head of a proxy request, as a client might send it. */
class HttpFuzzTest {

    @FuzzTest
    void request(byte[] octets) {
        EmbeddedChannel channel = new EmbeddedChannel(new StrictRequestDecoder());
        channel.writeInbound(Unpooled.wrappedBuffer(octets));
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            ReferenceCountUtil.release(message);
        }
        channel.finishAndReleaseAll();
    }

    @FuzzTest
    void authority(byte[] octets) {
        Authority.parse(new String(octets, StandardCharsets.ISO_8859_1), 80);
    }

    @FuzzTest
    void credentials(byte[] octets) {
        BasicCredentials.parse(new String(octets, StandardCharsets.ISO_8859_1));
    }
}
