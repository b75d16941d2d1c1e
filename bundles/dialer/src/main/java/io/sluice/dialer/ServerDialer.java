package io.sluice.dialer;

import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.StreamDialer;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** Connects to one server by sockets of this host. */
record ServerDialer(TcpConnector connector, InetSocketAddress server, AddressMemory memory) implements StreamDialer {

    ServerDialer(TcpConnector connector, InetSocketAddress server) {
        this(connector, server, new LastGood());
    }

    @Override
    public Future<ByteStream> dial(DialRequest request) {
        return dial(request, TcpConnector.SILENT);
    }

    Future<ByteStream> dial(DialRequest request, Consumer<SocketChannel> early) {
        return connector.connect(server, request, memory, early);
    }

    @Override
    public void close() {
        connector.close();
    }
}
