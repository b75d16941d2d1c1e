package io.sluice.outbound.trojan.engine;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.StreamDialer;
import io.sluice.proxyclient.ClientCounters;
import io.sluice.proxyclient.FirstAnswer;
import io.sluice.proxyclient.ProxyClient;
import io.sluice.proxyclient.StreamDatagramPort;
import io.sluice.proxycodec.trojan.TrojanDatagrams;
import io.sluice.proxycodec.trojan.TrojanKey;
import io.sluice.proxycodec.trojan.TrojanRequest;

/** Opens streams and associations at one Trojan server. Any thread. */
public final class TrojanClient implements AutoCloseable {

    private static final String SILENCE =
            "closed the connection without an answer; wrong password, or the destination ended without a word";

    private final ProxyClient client;
    private final String server;
    private final TrojanKey key;

    /**
     * @param dialer reaches the server; ownership passes
     * @param server for sentences: where it is
     */
    public TrojanClient(StreamDialer dialer, String server, TrojanKey key) {
        this.client = new ProxyClient(dialer);
        this.server = server;
        this.key = key;
    }

    public ClientCounters counters() {
        return client.counters();
    }

    /** As {@link io.sluice.api.outbound.Outbound#openStream}. */
    public Future<ByteStream> openStream(OpenRequest request) {
        return client.openStream(request, stream -> ask(stream, new TrojanRequest(false, request.destination())));
    }

    /** As {@link io.sluice.api.outbound.Outbound#openDatagrams}. */
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        return client.openDatagrams(
                request,
                stream -> new StreamDatagramPort(
                        ask(stream, new TrojanRequest(true, request.destination())),
                        new TrojanDatagrams(),
                        client.counters()));
    }

    private ByteStream ask(ByteStream stream, TrojanRequest request) {
        ByteBuf octets = stream.channel().alloc().buffer(request.length());
        request.write(key, octets);
        return FirstAnswer.on(ProxyClient.hold(stream, octets), "Trojan server " + server, SILENCE);
    }

    @Override
    public void close() {
        client.close();
    }
}
