package io.sluice.matrix;

import java.io.IOException;
import java.net.Socket;

/** A way to the far end. */
interface Access {

    /** The largest datagram that this way has room for, whatever carries it further: RFC 768, less the header of SOCKS5. */
    int LARGEST = 65_507 - SocksClient.HEADER;

    /** Whether the far end must have answered before much is sent: Xray's Trojan client ends where the first payload does not fit its buffer. */
    boolean isPatient();

    /** A stream to the far end's TCP. */
    Socket connect() throws IOException;

    /** A way to the far end's UDP. */
    Datagrams datagrams() throws IOException;

    /** Datagrams to and from the far end. */
    interface Datagrams extends AutoCloseable {

        void send(byte[] payload) throws IOException;

        /** @throws java.net.SocketTimeoutException where none comes in time */
        byte[] receive(int millis) throws IOException;

        @Override
        void close() throws IOException;
    }
}
