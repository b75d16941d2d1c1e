package io.sluice.dialer.http2;

/**
 * How many streams a connection to one server has in its life. Servers let go of one behind a fixed number, and some name the last stream that they take at once
 * (RFC 9113 §6.8 asks for a warning first): what a client has begun within that round trip is lost, and only the user of a stream could begin it again. So a client
 * leaves the connection before. Any thread.
 */
final class Lifetime {

    /** nginx's default of {@code keepalive_requests}. */
    static final int USUAL = 1_000;

    /** The default of nginx before 1.19.10. Who lets go of a connection sooner does so for another reason: its age, a restart. */
    static final int LEAST = 100;

    private volatile int streams = USUAL;

    /** Streams of one connection. */
    int streams() {
        return streams;
    }

    /**
     * A server has let go of a connection in good order, and may do so again behind as many.
     *
     * @param taken streams that it took
     */
    void ended(int taken) {
        if (taken >= LEAST && taken < streams) {
            streams = taken;
        }
    }
}
