package io.sluice.transport.httpupgrade;

import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.proxycodec.http.HttpHead;
import io.sluice.proxycodec.http.UpgradePath;
import io.sluice.proxycodec.http.UpgradeServer;
import java.util.List;
import java.util.Optional;

/** The server's half. */
final class HttpUpgradeAcceptor implements StreamAcceptor {

    private final StreamAcceptor above;
    private final UpgradePath path;
    private final Optional<String> host;

    HttpUpgradeAcceptor(StreamAcceptor above, LayerSettings settings) {
        this.above = above;
        this.path = UpgradePath.of(settings.string("path").orElse("/"));
        this.host = settings.string("host");
    }

    @Override
    public void accept(ByteStream lower, Arrival arrival) {
        lower.channel().pipeline().addLast(new UpgradeServer(path, host, new UpgradeServer.Protocol() {
            @Override
            public Optional<List<String>> answer(HttpHead request) {
                return Optional.of(List.of());
            }

            @Override
            public void upgraded(HttpHead request) {
                above.accept(lower, arrival.at(path.path()));
            }

            @Override
            public void gaveUp(String why) {
                above.gaveUp(arrival, CloseReason.CLIENT_ABORTED, "HTTPUpgrade: the client " + why);
            }
        }));
    }

    @Override
    public void gaveUp(Arrival arrival, CloseReason reason, String sentence) {
        above.gaveUp(arrival, reason, sentence);
    }
}
