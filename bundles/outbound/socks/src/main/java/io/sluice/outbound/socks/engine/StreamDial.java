package io.sluice.outbound.socks.engine;

import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.proxycodec.socks.Socks5Command;
import java.net.InetSocketAddress;

/** An attempt to open a stream: CONNECT. */
final class StreamDial extends Dial {

    private final Promise<ByteStream> promise;

    StreamDial(ProxyConnector connector, OpenRequest request, Promise<ByteStream> promise) {
        super(
                connector,
                dial(request),
                request.timeout(),
                Socks5Command.CONNECT.code(),
                request.destination(),
                connector.pipelining().isPipelined());
        this.promise = promise;
        promise.addListener(done -> {
            if (done.isCancelled()) {
                cancel();
            }
        });
    }

    @Override
    void succeed(ByteStream stream, InetSocketAddress bound) {
        if (!finish()) {
            return;
        }
        if (!promise.trySuccess(stream)) {
            stream.channel().close();
            return;
        }
        connector().counters().streamsOpened.increment();
        if (connector().pipelining().worked()) {
            connector().probe(loop());
        }
    }

    @Override
    void end(ConnectException failure) {
        connector().counters().streamsFailed.increment();
        promise.tryFailure(failure);
    }
}
