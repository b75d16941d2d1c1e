package io.sluice.transport.httpupgrade;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.transport.DialRequest;
import io.sluice.api.transport.LayerSettings;
import io.sluice.api.transport.StreamDialer;
import io.sluice.dialer.layer.LayerAttempt;
import io.sluice.proxycodec.http.UpgradeClient;
import io.sluice.proxycodec.http.UpgradePath;
import java.util.List;
import java.util.Optional;

/**
 * The client's half. The answer is waited for, whatever {@code ?ed=} says: Xray's server loses octets that arrive together with the request.
 */
final class HttpUpgradeDialer implements StreamDialer {

    private final StreamDialer below;
    private final String request;
    private final String task;

    HttpUpgradeDialer(StreamDialer below, LayerSettings settings) {
        this.below = below;
        UpgradePath path = UpgradePath.of(settings.string("path").orElse("/"));
        String server = settings.host();
        String host = host(settings, settings.string("host").orElse(server));
        this.request = UpgradeClient.request(path, host, settings.strings("headers"), List.of());
        this.task = "HTTPUpgrade with " + server + ":" + settings.endpoint().getPort();
    }

    private static String host(LayerSettings settings, String written) {
        try {
            return UpgradeClient.host(written);
        } catch (IllegalArgumentException e) {
            throw settings.refuse("host", "is neither a name nor an address");
        }
    }

    @Override
    public Future<ByteStream> dial(DialRequest dialled) {
        return LayerAttempt.start(below, dialled, task, this::upgrade);
    }

    private void upgrade(ByteStream lower, LayerAttempt attempt) {
        lower.channel()
                .pipeline()
                .addLast(new UpgradeClient(request, _ -> Optional.empty(), new UpgradeClient.Outcome() {
                    @Override
                    public void upgraded() {
                        attempt.succeed(lower);
                    }

                    @Override
                    public void refused(ChannelHandlerContext ctx, String predicate, Throwable cause) {
                        attempt.fail(CloseReason.PROXY_FAILED, "failed: the server " + predicate, cause);
                    }
                }));
    }

    @Override
    public void close() {
        below.close();
    }
}
