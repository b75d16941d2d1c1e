package io.sluice.outbound.shadowsocks.engine;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.Ticker;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.ConnectException.Blame;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.DialRequest;
import io.sluice.dialer.ServerChain;
import io.sluice.proxyclient.ClientCounters;
import io.sluice.proxyclient.FirstAnswer;
import io.sluice.proxyclient.ProxyClient;
import io.sluice.proxycodec.HostNames;
import io.sluice.shadowsocks.packet.ClientPackets;
import io.sluice.shadowsocks.packet.PacketContext;
import io.sluice.shadowsocks.stream.ClientContext;
import io.sluice.shadowsocks.stream.ClientStreamCodec;
import java.util.Map;

/** Opens streams and associations through one server. Any thread. */
public final class ShadowsocksClient implements AutoCloseable {

    private static final String SILENCE =
            "closed the connection without an answer; wrong method, password or (2022) clock, or"
                    + " the destination ended without a word";

    private final ServerChain chain;
    private final ClientContext context;
    private final PacketContext packets;
    private final ProxyClient streams;
    private final AnswerWatch answers;

    /** @param chain ownership passes */
    public ShadowsocksClient(ServerChain chain, ClientContext context, PacketContext packets) {
        this.chain = chain;
        this.context = context;
        this.packets = packets;
        this.streams = new ProxyClient(chain);
        this.answers = new AnswerWatch(context.server());
    }

    /** As {@link io.sluice.api.outbound.Outbound#openStream}. */
    public Future<ByteStream> openStream(OpenRequest request) {
        return streams.openStream(request, below -> {
            AnswerWatch.Stream watched = answers.opened();
            Ticker ticker = below.channel().eventLoop().ticker();
            below.channel()
                    .pipeline()
                    .addLast(new ClientStreamCodec(
                            context, request.destination(), () -> watched.answered(moment(ticker))));
            below.channel().closeFuture().addListener(closed -> watched.closed(moment(ticker)));
            return FirstAnswer.on(new ServerStream(below), context.server(), SILENCE);
        });
    }

    private AnswerWatch.Moment moment(Ticker ticker) {
        return new AnswerWatch.Moment(ticker.nanoTime(), context.epochSeconds().getAsLong());
    }

    /** As {@link io.sluice.api.outbound.Outbound#openDatagrams}. */
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        Promise<DatagramPort> promise = request.eventLoop().newPromise();
        if (!HostNames.isCarriable(request.destination())) {
            failed(
                    promise,
                    new ConnectException(
                                    CloseReason.RESOLVE_FAILED,
                                    "a name of 1 to 255 visible ASCII characters can be carried; this one is not: port "
                                            + request.destination().getPort())
                            .blaming(Blame.DESTINATION));
            return promise;
        }
        Future<DatagramPort> below =
                chain.datagrams(DialRequest.of(request.flowId(), request.eventLoop(), request.timeout()));
        promise.addListener(done -> {
            if (done.isCancelled()) {
                below.cancel(false);
            }
        });
        below.addListener((Future<DatagramPort> opened) -> {
            if (opened.isSuccess() && promise.setUncancellable()) {
                counters().associationsOpened.increment();
                promise.setSuccess(new SealedDatagramPort(
                        opened.getNow(), chain.server(), ClientPackets.of(context.keys(), packets), counters()));
            } else if (opened.isSuccess()) {
                opened.getNow().close(CloseReason.CLIENT_ABORTED);
            } else {
                failed(promise, opened.cause());
            }
        });
        return promise;
    }

    private void failed(Promise<DatagramPort> promise, Throwable cause) {
        if (promise.setUncancellable()) {
            counters().associationsFailed.increment();
            promise.setFailure(cause);
        }
    }

    private ClientCounters counters() {
        return streams.counters();
    }

    /** All totals, by name. */
    public Map<String, Long> snapshot() {
        Map<String, Long> all = counters().snapshot();
        all.put("streamsAnswered", answers.answered());
        all.put("streamsUnanswered", answers.unanswered());
        return all;
    }

    /** Lets go of what the dialer keeps; what was handed over lives on. */
    @Override
    public void close() {
        streams.close();
    }
}
