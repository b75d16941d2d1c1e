package io.sluice.egress;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.netmon.NetworkState;
import io.sluice.api.outbound.ConnectException;
import io.sluice.egress.engine.Footing;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The live sockets of ours and what each stands on. Any thread. */
final class OwnSockets {

    private static final Logger LOG = LoggerFactory.getLogger(OwnSockets.class);

    /** Takes the reason where no handler does: hundreds end at once, and the pipeline would warn of each. */
    private static final class Last extends ChannelInboundHandlerAdapter {

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            LOG.debug("{} ends: {}", context.channel(), cause.getMessage());
        }
    }

    /** No sooner than the monitor would, which waits so long for things to come to rest: an address that is back by then ends nothing. */
    private static final Duration REST = Duration.ofSeconds(2);

    private final Map<Channel, Footing> sockets = new ConcurrentHashMap<>();
    private final Set<Channel> asked = ConcurrentHashMap.newKeySet();

    /** Knows the channel until it closes. */
    void bound(Channel channel, Footing footing) {
        if (sockets.put(channel, footing) == null) {
            channel.closeFuture().addListener(_ -> sockets.remove(channel));
        }
    }

    void connected(Channel channel, InetAddress local) {
        sockets.computeIfPresent(channel, (_, footing) -> footing.withAddress(local));
    }

    /**
     * Ends those whose address is not this host's, if it is not after a while either. The monitor tells nothing of an address that another one took the place of for
     * less than it waits.
     *
     * @param local tells this host's addresses, as of when it is asked
     */
    void askLater(Predicate<InetAddress> local) {
        sockets.forEach((channel, footing) -> {
            if (footing.address().filter(local.negate()).isPresent() && asked.add(channel)) {
                askLater(channel, footing, local);
            }
        });
    }

    private void askLater(Channel channel, Footing footing, Predicate<InetAddress> local) {
        channel.eventLoop()
                .schedule(
                        () -> {
                            asked.remove(channel);
                            Optional<InetAddress> gone = footing.address().filter(local.negate());
                            if (gone.isPresent() && channel.isOpen()) {
                                String why = "the address " + gone.get().getHostAddress() + " is gone";
                                LOG.info("a connection of ours ends, because {}", why);
                                end(channel, why);
                            }
                        },
                        REST.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    int size() {
        return sockets.size();
    }

    /**
     * Ends those that lead nowhere in this network, with a reason for their flows; returns how many. Every other one stays.
     *
     * @param byRoute tells addresses that are this host's though no interface has them
     */
    int endLost(NetworkState network, Predicate<InetAddress> byRoute) {
        int[] ended = new int[1];
        sockets.forEach((channel, footing) -> footing.lost(network, byRoute).ifPresent(why -> {
            ended[0]++;
            channel.eventLoop().execute(() -> end(channel, why));
        }));
        if (ended[0] > 0) {
            LOG.info("{} of {} connections of ours stood on what is gone and end", ended[0], sockets.size());
        }
        return ended[0];
    }

    private static void end(Channel channel, String why) {
        channel.pipeline().addLast(new Last());
        channel.pipeline().fireExceptionCaught(new ConnectException(CloseReason.EGRESS_LOST, why));
        channel.close();
    }
}
