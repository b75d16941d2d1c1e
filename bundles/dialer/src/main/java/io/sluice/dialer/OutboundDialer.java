package io.sluice.dialer;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.StreamDialer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reaches one server through another outbound ({@code dialerProxy}). What is the other one's destination is this one's way.
 *
 * @param tag of the outbound that asks: the other one sees it as where the flow comes from
 * @param client who has chosen the server; empty if the outbound's configuration has
 */
record OutboundDialer(Outbound via, InetSocketAddress server, String tag, Optional<FlowSource> client)
        implements StreamDialer {

    private static final InetSocketAddress OURSELVES = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    OutboundDialer(Outbound via, InetSocketAddress server, String tag) {
        this(via, server, tag, Optional.empty());
    }

    @Override
    public Future<ByteStream> dial(DialRequest request) {
        return blamed(via.openStream(request(Network.TCP, request)), request, ByteStream::reset);
    }

    Future<DatagramPort> datagrams(DialRequest request) {
        return blamed(
                via.openDatagrams(request(Network.UDP, request)),
                request,
                port -> port.close(CloseReason.CLIENT_ABORTED));
    }

    private static <T> Future<T> blamed(Future<T> opening, DialRequest request, Consumer<T> unwanted) {
        Promise<T> result = request.eventLoop().newPromise();
        result.addListener(done -> {
            if (done.isCancelled()) {
                opening.cancel(false);
            }
        });
        opening.addListener((Future<T> opened) -> {
            if (!opened.isSuccess()) {
                result.tryFailure(
                        opened.cause() instanceof ConnectException failure
                                ? failure.blaming(Blame.WAY)
                                : opened.cause());
            } else if (!result.trySuccess(opened.getNow())) {
                unwanted.accept(opened.getNow());
            }
        });
        return result;
    }

    private OpenRequest request(Network network, DialRequest request) {
        // An outbound's own connection is not given to the rules again: they would send it through the outbound that
        // asks.
        FlowSource source = new FlowSource(
                network,
                tag,
                client.map(FlowSource::source).orElse(OURSELVES),
                server,
                client.flatMap(FlowSource::user),
                FlowSource.MAX_TURNS,
                client.map(FlowSource::entry).orElse(FlowSource.Entry.PROXY));
        return new OpenRequest(request.flowId(), source, server, request.eventLoop(), request.remaining());
    }

    /** The other outbound lives its own life. */
    @Override
    public void close() {}
}
