package io.sluice.shadowsocks.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.sluice.shadowsocks.Method;
import io.sluice.shadowsocks.crypto.Aead;
import io.sluice.shadowsocks.crypto.SessionCipher;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What opening a chunk costs the collector. Ciphertext and plaintext in one array of Netty's pool made the JDK take a new array of 4 MiB for every chunk,
 * which was seven tenths of the processor time of a download.
 */
class ChunkReader_AllocationTest {

    private static final Method METHOD = Method.AES_256_GCM;
    private static final int CHUNKS = 64;
    /** Octets a chunk: leak detection, which follows every buffer in tests, writes 40 KiB down; an array of the pool is 4 MiB. */
    private static final long LIMIT = 256 * 1024;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @ValueSource(ints = {1 << 20, 5_000})
    void chunksFromPool_takeNoArrays(int read) throws Exception {
        ByteBufAllocator pool = new PooledByteBufAllocator(false);
        byte[] stream = sealed();
        ChunkReader reader = new ChunkReader(METHOD, cipher(), pool);
        int payload = 0;
        long before = 0;
        for (int at = 0; at < stream.length; at += read) {
            ByteBuf in = Unpooled.wrappedBuffer(stream, at, Math.min(read, stream.length - at));
            while (in.isReadable()) {
                ByteBuf chunk = reader.read(in);
                if (chunk == null) {
                    continue;
                }
                if (before == 0) {
                    // The first one loads classes, and takes the pool's own arrays.
                    before = THREADS.getCurrentThreadAllocatedBytes();
                }
                payload += chunk.readableBytes();
                chunk.release();
            }
        }
        assertThat(payload).isEqualTo(CHUNKS * METHOD.edition().maxChunk());
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(CHUNKS * LIMIT);
    }

    private static SessionCipher cipher() {
        return new SessionCipher(METHOD.algorithm(), new byte[METHOD.keyLength()]);
    }

    private static byte[] sealed() {
        SessionCipher cipher = cipher();
        int octets = METHOD.edition().maxChunk();
        ByteBuf all = Unpooled.buffer(CHUNKS * (ChunkReader.LENGTH_CHUNK + octets + Aead.TAG_LENGTH));
        for (int i = 0; i < CHUNKS; i++) {
            cipher.seal(all.writeShort(octets), 2);
            cipher.seal(all.writeZero(octets), octets);
        }
        return all.array();
    }
}
