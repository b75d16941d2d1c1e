package io.sluice.dialer.http2;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2Settings;

/**
 * How much may wait unread. A stream that is not read must not hold up the others of its connection, so the connection's window is that of all its streams together.
 *
 * @param stream octets
 */
public record Windows(int stream) {

    /** Of one connection, so that what waits at its worst is 16 MiB; ours. A client opens a further connection beyond it. */
    public static final int STREAMS = 32;

    /** Octets: 100 Mbit/s over 40 ms; ours. RFC 9113 §6.9.2 begins with 65,535. */
    private static final int STREAM = 512 * 1024;

    private static final int INITIAL = 65_535;

    /** The default. */
    public static final Windows USUAL = new Windows(STREAM);

    /** @param octets of one stream; what is below HTTP/2's own is taken for none, as Xray does */
    public static Windows of(int octets) {
        return octets > INITIAL ? new Windows(Math.min(octets, Integer.MAX_VALUE / STREAMS)) : USUAL;
    }

    public Http2Settings settings() {
        return Http2Settings.defaultSettings().initialWindowSize(stream);
    }

    /** Widens the connection's window, once its codec is there. */
    public void widen(Channel connection) {
        connection.writeAndFlush(new DefaultHttp2WindowUpdateFrame(stream * STREAMS - INITIAL));
    }
}
