package io.sluice.lab;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.OptionalInt;

/** The far end of streams of {@link SeededOctets}: it sends them, or looks at them, by the seed that comes first. */
final class FarStreams {

    /** A long stream's, which one alone has the line for. */
    static final int LONG_LENGTH = 4 << 20;

    /** A checked stream's; at its pace it lasts longer than most faults. */
    static final int LENGTH = 1 << 20;

    static final int BLOCK = 4096;

    /** Milliseconds between two blocks of a long stream: about 1 MB/s. */
    private static final int LONG_PACE = 4;

    /** And of each of the sixteen checked streams, which are 4 MB/s together. */
    static final int PACE = 16;

    private FarStreams() {}

    static void sendLong(Socket client) throws IOException {
        send(client, LONG_LENGTH, LONG_PACE);
    }

    static void send(Socket client) throws IOException {
        send(client, LENGTH, PACE);
    }

    private static void send(Socket client, int length, int pace) throws IOException {
        long seed = seed(client.getInputStream());
        OutputStream out = client.getOutputStream();
        byte[] block = new byte[BLOCK];
        for (long position = 0; position < length; position += BLOCK) {
            SeededOctets.fill(seed, position, block, BLOCK);
            out.write(block);
            Waiting.pause(pace);
        }
    }

    /** Answers with the place of the first octet that is wrong, as soon as it has come; or with the length of all. Of a stream that ends before it says nothing. */
    static void check(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        long seed = seed(in);
        byte[] block = new byte[BLOCK];
        long position = 0;
        while (position < LENGTH) {
            int got = in.read(block, 0, (int) Math.min(BLOCK, LENGTH - position));
            if (got < 0) {
                // A client's end, or a fault's: a reset, so that nobody takes it for an answer.
                client.setSoLinger(true, 0);
                return;
            }
            OptionalInt wrong = SeededOctets.firstWrong(seed, position, block, got);
            if (wrong.isPresent()) {
                answer(client, position + wrong.getAsInt());
                // What it still sends would make a reset of our end, and the answer be lost with it.
                in.transferTo(OutputStream.nullOutputStream());
                return;
            }
            position += got;
        }
        answer(client, position);
    }

    private static void answer(Socket client, long place) throws IOException {
        client.getOutputStream()
                .write(ByteBuffer.allocate(Long.BYTES).putLong(place).array());
    }

    private static long seed(InputStream in) throws IOException {
        byte[] seed = in.readNBytes(SeededOctets.SEED_LENGTH);
        if (seed.length < SeededOctets.SEED_LENGTH) {
            throw new EOFException("no seed");
        }
        return SeededOctets.seed(seed);
    }
}
