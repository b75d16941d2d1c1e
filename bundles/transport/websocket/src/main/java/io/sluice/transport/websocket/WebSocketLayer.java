package io.sluice.transport.websocket;

import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.api.transport.StreamDialer;
import io.sluice.api.transport.StreamLayer;
import org.osgi.service.component.annotations.Component;

/** The service. */
@Component(service = StreamLayer.class, property = StreamLayer.LAYER + "=" + WebSocketLayer.NAME)
public final class WebSocketLayer implements StreamLayer {

    static final String NAME = "websocket";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public StreamDialer dialer(StreamDialer below, LayerSettings settings) {
        return new WebSocketDialer(below, settings);
    }

    @Override
    public StreamAcceptor acceptor(StreamAcceptor above, LayerSettings settings) {
        return new WebSocketAcceptor(above, settings);
    }
}
