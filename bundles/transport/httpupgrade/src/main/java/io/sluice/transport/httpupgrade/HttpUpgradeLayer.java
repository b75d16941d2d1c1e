package io.sluice.transport.httpupgrade;

import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.api.transport.StreamDialer;
import io.sluice.api.transport.StreamLayer;
import org.osgi.service.component.annotations.Component;

/** The service. */
@Component(service = StreamLayer.class, property = StreamLayer.LAYER + "=" + HttpUpgradeLayer.NAME)
public final class HttpUpgradeLayer implements StreamLayer {

    static final String NAME = "httpupgrade";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public StreamDialer dialer(StreamDialer below, LayerSettings settings) {
        return new HttpUpgradeDialer(below, settings);
    }

    @Override
    public StreamAcceptor acceptor(StreamAcceptor above, LayerSettings settings) {
        return new HttpUpgradeAcceptor(above, settings);
    }
}
