package io.sluice.transport.grpc;

import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.api.transport.StreamDialer;
import io.sluice.api.transport.StreamLayer;
import org.osgi.service.component.annotations.Component;

/** The service. */
@Component(service = StreamLayer.class, property = StreamLayer.LAYER + "=" + GrpcLayer.NAME)
public final class GrpcLayer implements StreamLayer {

    static final String NAME = "grpc";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public StreamDialer dialer(StreamDialer below, LayerSettings settings) {
        return new GrpcDialer(below, settings);
    }

    @Override
    public StreamAcceptor acceptor(StreamAcceptor above, LayerSettings settings) {
        return new GrpcAcceptor(above, settings);
    }
}
