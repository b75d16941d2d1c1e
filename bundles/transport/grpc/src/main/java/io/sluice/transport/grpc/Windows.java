package io.sluice.transport.grpc;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.DefaultHttp2WindowUpdateFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.sluice.api.transport.LayerSettings;

/**
 * How much may wait unread. A stream that is not read must not hold up the others of its connection, so the connection's window is that of all its streams together.
 *
 * @param stream octets
 */
record Windows(int stream) {

    /** Octets: 100 Mbit/s over 40 ms; ours. RFC 9113 §6.9.2 begins with 65,535. */
    private static final int STREAM = 512 * 1024;

    /** Of one connection, so that what waits at its worst is 16 MiB; ours. A client opens a further connection beyond it. */
    static final int STREAMS = 32;

    private static final int INITIAL = 65_535;

    static Windows of(LayerSettings settings) {
        int configured = settings.integer("initialWindow", 0);
        // Xray takes what is below HTTP/2's own for none.
        return new Windows(configured > INITIAL ? Math.min(configured, Integer.MAX_VALUE / STREAMS) : STREAM);
    }

    Http2Settings settings() {
        return Http2Settings.defaultSettings().initialWindowSize(stream);
    }

    /** Widens the connection's window, once its codec is there. */
    void widen(Channel connection) {
        connection.writeAndFlush(new DefaultHttp2WindowUpdateFrame(stream * STREAMS - INITIAL));
    }
}
