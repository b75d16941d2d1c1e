package io.sluice.proxycodec.vmess;

import io.netty.util.concurrent.FastThreadLocal;

/**
 * Two arrays of a thread that chunks are sealed and opened in: the JDK's ciphers are fast from array to array, sockets want direct buffers. What is in
 * them lasts until the next chunk of any session of the thread.
 *
 * @param in what goes into the cipher
 * @param out what comes out
 */
record Scratch(byte[] in, byte[] out) {

    /** The largest length that 16 bits can say, and a tag: the most that one chunk can make us hold. */
    private static final int SIZE = 65_535 + Aead.TAG;

    private static final FastThreadLocal<Scratch> THREADS = new FastThreadLocal<>() {
        @Override
        protected Scratch initialValue() {
            return new Scratch(new byte[SIZE], new byte[SIZE]);
        }
    };

    static Scratch ofThread() {
        return THREADS.get();
    }
}
