package io.sluice.transport.tls;

import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.api.transport.StreamDialer;
import io.sluice.api.transport.StreamLayer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The service. */
@Component(service = StreamLayer.class, property = StreamLayer.LAYER + "=" + TlsLayer.NAME)
public final class TlsLayer implements StreamLayer {

    static final String NAME = "tls";

    private final Engines.OfClients engines;

    /** Called by the component runtime. */
    @Activate
    public TlsLayer() {
        this(Engines::client);
    }

    TlsLayer(Engines.OfClients engines) {
        this.engines = engines;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public StreamDialer dialer(StreamDialer below, LayerSettings settings) {
        return new TlsDialer(below, settings, engines);
    }

    @Override
    public StreamAcceptor acceptor(StreamAcceptor above, LayerSettings settings) {
        return new TlsAcceptor(above, settings);
    }
}
