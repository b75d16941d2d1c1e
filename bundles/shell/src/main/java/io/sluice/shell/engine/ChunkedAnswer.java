package io.sluice.shell.engine;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** An answer of the socket's protocol: chunks as they come, then the trailers (RFC 9112 §7.1). */
public final class ChunkedAnswer extends OutputStream {

    /** One write to the socket a chunk; a screenful fits. */
    private static final int CHUNK = 8 << 10;

    private final OutputStream out;
    private final byte[] buffer = new byte[CHUNK];
    private int filled;
    private boolean begun;

    public ChunkedAnswer(OutputStream out) {
        this.out = out;
    }

    @Override
    public void write(int octet) throws IOException {
        if (filled == CHUNK) {
            flush();
        }
        buffer[filled++] = (byte) octet;
    }

    @Override
    public void write(byte[] octets, int offset, int length) throws IOException {
        int at = offset;
        int left = length;
        while (left > 0) {
            if (filled == CHUNK) {
                flush();
            }
            int part = Math.min(left, CHUNK - filled);
            System.arraycopy(octets, at, buffer, filled, part);
            filled += part;
            at += part;
            left -= part;
        }
    }

    /** Sends what was written so far as one chunk. */
    @Override
    public void flush() throws IOException {
        begin();
        if (filled > 0) {
            out.write((Integer.toHexString(filled) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(buffer, 0, filled);
            out.write(new byte[] {'\r', '\n'});
            filled = 0;
        }
        out.flush();
    }

    private void begin() throws IOException {
        if (!begun) {
            begun = true;
            out.write(("HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nTransfer-Encoding: chunked\r\n"
                            + "Trailer: Sluice-Exit, Sluice-Error\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Ends the answer. */
    public void end(ExitCode exit, List<String> errors) throws IOException {
        if (filled > 0 || !begun) {
            flush();
        }
        StringBuilder trailer = new StringBuilder("0\r\n");
        for (String error : errors) {
            trailer.append("Sluice-Error: ").append(Printable.text(error)).append("\r\n");
        }
        trailer.append("Sluice-Exit: ").append(exit.status()).append("\r\n\r\n");
        out.write(trailer.toString().getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
