package io.sluice.proxyclient;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.StreamDialer;
import io.sluice.proxycodec.HostNames;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Opens streams to a server and puts a request in front of each. The stream is there when the layers below are: a protocol without an answer
 * to wait for (Trojan), or one whose answer comes with the first payload (VLESS), costs no round trip of its own. Any thread.
 */
public final class ProxyClient implements AutoCloseable {

    private final StreamDialer dialer;
    private final ClientCounters counters = new ClientCounters();

    /** @param dialer ownership passes */
    public ProxyClient(StreamDialer dialer) {
        this.dialer = dialer;
    }

    public ClientCounters counters() {
        return counters;
    }

    /** A stream for the flow room. {@code dress} puts the protocol's handlers on it. */
    public Future<ByteStream> openStream(OpenRequest request, UnaryOperator<ByteStream> dress) {
        Promise<ByteStream> promise = request.eventLoop().newPromise();
        if (isCarriable(request.destination(), promise, counters.streamsFailed)) {
            dial(request, promise, counters.streamsOpened, counters.streamsFailed, dress);
        }
        return promise;
    }

    /** An association over one stream. {@code port} puts the protocol's handlers on it and makes the port. */
    public Future<DatagramPort> openDatagrams(OpenRequest request, Function<ByteStream, DatagramPort> port) {
        Promise<DatagramPort> promise = request.eventLoop().newPromise();
        if (isCarriable(request.destination(), promise, counters.associationsFailed)) {
            dial(request, promise, counters.associationsOpened, counters.associationsFailed, port);
        }
        return promise;
    }

    /**
     * Puts a request in front of what will be sent. On the stream's loop.
     *
     * @param request ownership passes
     * @return the stream to go on with
     */
    public static ByteStream hold(ByteStream stream, ByteBuf request) {
        return HeldRequest.on(stream, request);
    }

    private static boolean isCarriable(InetSocketAddress destination, Promise<?> promise, LongAdder failed) {
        if (HostNames.isCarriable(destination)) {
            return true;
        }
        failed.increment();
        promise.setFailure(new ConnectException(
                        CloseReason.RESOLVE_FAILED,
                        "a name of 1 to 255 visible ASCII characters can be carried; this one is not: port "
                                + destination.getPort() + ", "
                                + destination.getHostString().length() + " characters")
                .blaming(Blame.DESTINATION));
        return false;
    }

    private <T> void dial(
            OpenRequest request,
            Promise<T> promise,
            LongAdder opened,
            LongAdder failed,
            Function<ByteStream, T> dress) {
        Future<ByteStream> dial = dialer.dial(DialRequest.of(request.flowId(), request.eventLoop(), request.timeout()));
        promise.addListener(done -> {
            if (done.isCancelled()) {
                dial.cancel(false);
            }
        });
        dial.addListener((Future<ByteStream> done) -> {
            if (done.isSuccess() && promise.setUncancellable()) {
                opened.increment();
                promise.setSuccess(dress.apply(done.getNow()));
            } else if (done.isSuccess()) {
                done.getNow().reset();
            } else if (promise.setUncancellable()) {
                failed.increment();
                promise.setFailure(done.cause());
            }
        });
    }

    /** Lets go of what the dialer keeps; what was handed over lives on. */
    @Override
    public void close() {
        dialer.close();
    }
}
