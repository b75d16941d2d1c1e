package io.sluice.proxycodec.vmess;

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

    /** Of the JDK, and of a class of the JDK: what Netty's keeps for a thread it keeps for good, and the bundle that this class is in with it. */
    private static final ThreadLocal<byte[][]> THREADS =
            ThreadLocal.withInitial(() -> new byte[][] {new byte[SIZE], new byte[SIZE]});

    static Scratch ofThread() {
        byte[][] both = THREADS.get();
        return new Scratch(both[0], both[1]);
    }
}
