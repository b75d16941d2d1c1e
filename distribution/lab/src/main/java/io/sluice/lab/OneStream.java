package io.sluice.lab;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.ThreadLocalRandom;

/** One long stream from the client through the tunnel, of a seed of its own. */
final class OneStream implements AutoCloseable {

    private final Socket socket = new Socket();
    private final long seed = ThreadLocalRandom.current().nextLong();
    private long position;

    OneStream(World w) {
        Lab.onThread(w.lab.lan, () -> {
            socket.connect(new InetSocketAddress(Places.WEB4, Places.PATTERN_PORT), 10_000);
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(SeededOctets.seed(seed));
            return null;
        });
    }

    /** Reads so much more of it. Fails where an octet is wrong, late, or does not come. */
    void read(int octets) throws IOException {
        InputStream in = socket.getInputStream();
        for (byte octet : in.readNBytes(octets)) {
            if (octet != SeededOctets.at(seed, position)) {
                throw new IllegalStateException("octet " + position + " of the stream is wrong");
            }
            position++;
            octets--;
        }
        if (octets > 0) {
            throw new IllegalStateException("the stream has ended after " + position + " octets");
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
