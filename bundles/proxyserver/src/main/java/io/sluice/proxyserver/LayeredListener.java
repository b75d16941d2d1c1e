package io.sluice.proxyserver;

import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.DuplexChannel;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.api.transport.StreamLayer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;

/** A {@link Listener} whose connections go up through layers. */
public final class LayeredListener {

    private LayeredListener() {}

    /**
     * Binds; waits for it.
     *
     * @param lowest takes raw connections
     */
    public static Listener open(Door door, StreamAcceptor lowest) throws IOException {
        return Listener.open(door, (_, pipeline) -> accept(lowest, pipeline));
    }

    /**
     * The acceptor of raw connections whose streams reach {@code top} through the layers.
     *
     * @param properties the component's, with those of its layers
     * @param security null for none
     * @param transport null for none
     * @throws IllegalArgumentException with one sentence, if a property cannot be used
     */
    public static StreamAcceptor stack(
            StreamAcceptor top,
            InboundSettings settings,
            Map<String, ?> properties,
            StreamLayer security,
            StreamLayer transport) {
        StreamAcceptor lowest = top;
        for (StreamLayer layer : new StreamLayer[] {transport, security}) {
            if (layer != null) {
                String where = "inbound \"" + settings.tag() + "\"";
                lowest = layer.acceptor(lowest, new LayerSettings(where, settings.listen(), layer.name(), properties));
            }
        }
        return lowest;
    }

    private static void accept(StreamAcceptor lowest, ChannelPipeline pipeline) {
        DuplexChannel channel = (DuplexChannel) pipeline.channel();
        channel.config().setAutoRead(false);
        lowest.accept(
                ByteStream.of(channel),
                Arrival.of((InetSocketAddress) channel.remoteAddress(), (InetSocketAddress) channel.localAddress()));
    }
}
