package io.sluice.transport.tls;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.handler.ssl.OpenSsl;
import io.sluice.api.transport.LayerSettings;

/** Whose engines a dialer under test has. */
enum Library implements Engines.OfClients {
    JAVA,
    NATIVE;

    @Override
    public Engines make(LayerSettings settings, TlsClient client) {
        TlsOffer offer = TlsOffer.of(settings);
        if (this == JAVA) {
            return JavaEngines.client(settings, offer, client);
        }
        assumeTrue(
                OpenSsl.isAvailable(),
                "BoringSSL is not to be had for this processor: " + OpenSsl.unavailabilityCause());
        return NativeEngines.client(settings, offer, client)
                .orElseThrow(() -> new AssertionError("BoringSSL cannot do " + offer));
    }

    boolean made(Engines engines) {
        return engines instanceof NativeEngines == (this == NATIVE);
    }
}
