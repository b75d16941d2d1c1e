package io.sluice.dialer;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.StreamDialer;
import java.net.InetSocketAddress;

/** Connects to one server by sockets of this host. */
record ServerDialer(TcpConnector connector, InetSocketAddress server) implements StreamDialer {

    @Override
    public Future<ByteStream> dial(DialRequest request) {
        return connector.connect(server, request);
    }

    @Override
    public void close() {
        connector.close();
    }
}
