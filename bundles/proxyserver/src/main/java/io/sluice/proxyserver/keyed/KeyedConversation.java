package io.sluice.proxyserver.keyed;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.ScheduledFuture;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.transport.Arrival;
import io.sluice.proxycodec.DatagramFraming;
import io.sluice.proxycodec.Handshake;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxyserver.StreamOpening;
import io.sluice.proxyserver.fallback.Fallback;
import io.sluice.proxyserver.fallback.FallbackRelay;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a keyed inbound, until it is a stream's, an association's or the fallback's.
 *
 * <p>Theory of operation.
 *
 * <pre>
 * state      event                              action                                              next
 * GREETING   a key that is known                –                                                   REQUEST
 * GREETING   anything else, with a fallback     dial it, hand everything over unread                –
 * GREETING   too little for {@link #PATIENCE},   the same
 *            or FIN, with a fallback
 * GREETING   anything else, without a fallback  take it and say nothing                             STRANGE
 * REQUEST    a stream                           ask the flow room; nothing is read meanwhile        DECIDING
 * REQUEST    datagrams                          hand the channel over to their association          –
 * REQUEST    nonsense                           take it and say nothing                             STRANGE
 * DECIDING   accepted                           response, hand the channel over                     –
 * DECIDING   refused                            reset (there is no word for it)                     –
 * STRANGE    more                               throw it away                                       STRANGE
 * any        FIN, unless said otherwise         close
 * any        {@link KeyedDoor#HANDSHAKE_LIMIT} over   close
 * </pre>
 *
 * So without a fallback every wrong input has one reaction: none, and a close that comes with the client's FIN or at the limit.
 */
public abstract class KeyedConversation extends Handshake {

    /**
     * How long the rest of a greeting is waited for before a fallback gets what came. Ours: a client sends its greeting in one write; a web server
     * that waits half a second more for the rest of a request line is no news to anybody.
     */
    static final Duration PATIENCE = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(KeyedConversation.class);

    private enum State {
        GREETING,
        REQUEST,
        DECIDING,
        STRANGE
    }

    private final KeyedDoor keyed;
    private final ByteStream stream;
    private final Arrival arrival;
    private State state = State.GREETING;
    private Users.User user;
    private Future<?> deadline;
    private ScheduledFuture<?> patience;
    private StreamOpening deciding;

    protected KeyedConversation(KeyedDoor keyed, ByteStream stream, Arrival arrival) {
        this.keyed = keyed;
        this.stream = stream;
        this.arrival = arrival;
    }

    /** Takes its place at the end of the stream's channel, and reads. On its loop. */
    public final void begin() {
        stream.channel().pipeline().addLast(this);
        stream.channel().config().setAutoRead(true);
    }

    /** Looks at what came first; takes the greeting if it is known. */
    protected abstract Greeting greet(Users users, ByteBuf in);

    /**
     * Takes a whole request and calls {@link #connect}, {@link #associate} or {@link #multiplex}.
     *
     * @return false, having taken nothing, if it is not complete
     */
    protected abstract boolean request(ChannelHandlerContext ctx, ByteBuf in) throws MalformedMessageException;

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = keyed.door().deadline(ctx.channel());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) throws Exception {
        stopTimers();
        super.handlerRemoved(ctx);
    }

    private void stopTimers() {
        deadline.cancel(false);
        if (patience != null) {
            patience.cancel(false);
        }
    }

    @Override
    protected final void advance(ChannelHandlerContext ctx, ByteBuf in) {
        if (state == State.GREETING) {
            switch (greet(keyed.users(), in)) {
                case Greeting.Undecided _ -> waitForTheRest(ctx);
                case Greeting.Stranger _ -> {
                    keyed.door().counters().authFailures.increment();
                    strange(ctx);
                }
                case Greeting.Known(Users.User known) -> {
                    user = known;
                    state = State.REQUEST;
                }
            }
        }
        if (state == State.REQUEST && !isOver()) {
            try {
                request(ctx, in);
            } catch (MalformedMessageException e) {
                keyed.door().counters().malformedRequests.increment();
                state = State.STRANGE;
            }
        }
        if (state == State.STRANGE && !isOver()) {
            in.skipBytes(in.readableBytes());
        }
    }

    private void waitForTheRest(ChannelHandlerContext ctx) {
        if (patience == null && !keyed.fallbacks().isEmpty()) {
            patience = ctx.executor().schedule(() -> giveUp(ctx), PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void giveUp(ChannelHandlerContext ctx) {
        if (state == State.GREETING && !isOver()) {
            keyed.door().counters().malformedRequests.increment();
            strange(ctx);
        }
    }

    private void strange(ChannelHandlerContext ctx) {
        Optional<Fallback> fallback = keyed.fallbacks().choose(arrival, received());
        if (fallback.isEmpty()) {
            state = State.STRANGE;
            return;
        }
        keyed.door().counters().fallbacks.increment();
        stopTimers();
        FallbackRelay relay = new FallbackRelay(keyed.door(), keyed.egress(), fallback.get(), stream, arrival);
        handOver(ctx);
        relay.begin();
    }

    /**
     * Asks the flow room for a stream.
     *
     * @param response goes ahead of the first payload that goes back; ownership passes
     */
    protected final void connect(ChannelHandlerContext ctx, InetSocketAddress destination, ByteBuf response) {
        FlowAcceptor flows = keyed.door().flows().get();
        if (flows == null || destination.getPort() == 0) {
            response.release();
            rejected();
            return;
        }
        stopTimers();
        state = State.DECIDING;
        ctx.channel().config().setAutoRead(false);
        deciding = new StreamOpening(ctx, source(Network.TCP, destination), () -> accepted(ctx, response), reason -> {
            response.release();
            rejected();
        });
        flows.stream(deciding);
    }

    private ByteStream accepted(ChannelHandlerContext ctx, ByteBuf response) {
        if (isOver()) {
            response.release();
            return stream;
        }
        keyed.door().counters().streams.increment();
        keyed.door().guests().remove(ctx.channel());
        // Not flushed: it goes with the first payload.
        write(ctx, response);
        handOver(ctx);
        return stream;
    }

    private void rejected() {
        keyed.door().counters().refusedRequests.increment();
        stream.reset();
    }

    /** The rest of the connection is datagrams of one association. */
    protected final void associate(ChannelHandlerContext ctx, DatagramFraming framing, ByteBuf response) {
        keyed.door().counters().associations.increment();
        stopTimers();
        write(ctx, response);
        handOver(ctx);
        new StreamAssociation(keyed.door(), stream, framing, this::source).begin();
    }

    /** The rest of the connection is Mux.cool frames. */
    protected final void multiplex(ChannelHandlerContext ctx, ByteBuf response) {
        stopTimers();
        write(ctx, response);
        handOver(ctx);
        new MuxSessions(keyed.door(), stream, this::source).begin();
    }

    private static void write(ChannelHandlerContext ctx, ByteBuf response) {
        if (response.isReadable()) {
            ctx.write(response, ctx.voidPromise());
        } else {
            response.release();
        }
    }

    /** For a protocol without a response. */
    protected static ByteBuf nothing() {
        return Unpooled.EMPTY_BUFFER;
    }

    private FlowSource source(InetSocketAddress destination) {
        return source(Network.UDP, destination);
    }

    private FlowSource source(Network network, InetSocketAddress destination) {
        return FlowSource.keyed(network, keyed.door().settings().tag(), arrival.peer(), destination, user.name());
    }

    /** While the flow room decides, FIN is a half-close: it is kept and handed over with the stream. */
    @Override
    protected final void inputEnded(ChannelHandlerContext ctx) {
        if (state == State.GREETING) {
            giveUp(ctx);
        }
        if (!isOver() && state != State.DECIDING) {
            ctx.close();
        }
    }

    @Override
    protected final void closed(ChannelHandlerContext ctx) {
        if (deciding != null) {
            deciding.cancelled();
        }
    }

    @Override
    protected final void failed(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            keyed.door().counters().internalErrors.increment();
            LOG.error(
                    "inbound \"{}\": a conversation failed",
                    keyed.door().settings().tag(),
                    cause);
        }
        ctx.close();
    }
}
