package io.sluice.outbound.vless.engine;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.StreamDialer;
import io.sluice.proxyclient.ClientCounters;
import io.sluice.proxyclient.PeerPorts;
import io.sluice.proxyclient.ProxyClient;
import io.sluice.proxyclient.StreamDatagramPort;
import io.sluice.proxycodec.DatagramFraming;
import io.sluice.proxycodec.mux.XudpFraming;
import io.sluice.proxycodec.v2ray.UserId;
import io.sluice.proxycodec.vless.LengthFraming;
import io.sluice.proxycodec.vless.VlessRequest;
import java.net.InetSocketAddress;

/** Opens streams and associations at one VLESS server. Any thread. */
public final class VlessClient implements AutoCloseable {

    private final ProxyClient client;
    private final String server;
    private final UserId user;
    private final PacketEncoding encoding;

    /**
     * @param dialer reaches the server; ownership passes
     * @param server for sentences: where it is
     */
    public VlessClient(StreamDialer dialer, String server, UserId user, PacketEncoding encoding) {
        this.client = new ProxyClient(dialer);
        this.server = server;
        this.user = user;
        this.encoding = encoding;
    }

    public ClientCounters counters() {
        return client.counters();
    }

    /** As {@link io.sluice.api.outbound.Outbound#openStream}. */
    public Future<ByteStream> openStream(OpenRequest request) {
        return client.openStream(request, stream -> ask(stream, VlessRequest.tcp(request.destination())));
    }

    /** As {@link io.sluice.api.outbound.Outbound#openDatagrams}. */
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        return encoding == PacketEncoding.XUDP
                ? client.openDatagrams(request, stream -> port(ask(stream, VlessRequest.mux()), XudpFraming.opening()))
                : openPeers(request);
    }

    /** The association is there when its first peer's stream is. */
    private Future<DatagramPort> openPeers(OpenRequest request) {
        Promise<DatagramPort> promise = request.eventLoop().newPromise();
        Future<DatagramPort> first = openPeer(request, request.destination());
        promise.addListener(done -> {
            if (done.isCancelled()) {
                first.cancel(false);
            }
        });
        first.addListener((Future<DatagramPort> opened) -> {
            if (!opened.isSuccess()) {
                promise.tryFailure(opened.cause());
            } else if (promise.setUncancellable()) {
                promise.setSuccess(new PeerPorts(
                        request.destination(), opened.getNow(), peer -> openPeer(request, peer), client.counters()));
            } else {
                opened.getNow().close(CloseReason.CLIENT_ABORTED);
            }
        });
        return promise;
    }

    private Future<DatagramPort> openPeer(OpenRequest request, InetSocketAddress peer) {
        OpenRequest one =
                new OpenRequest(request.flowId(), request.source(), peer, request.eventLoop(), request.timeout());
        return client.openDatagrams(one, stream -> port(ask(stream, VlessRequest.udp(peer)), new LengthFraming(peer)));
    }

    private DatagramPort port(ByteStream stream, DatagramFraming framing) {
        return new StreamDatagramPort(stream, framing, client.counters());
    }

    private ByteStream ask(ByteStream stream, VlessRequest request) {
        ByteBuf octets = stream.channel().alloc().buffer(request.length());
        request.write(user, octets);
        return ResponseReader.on(ProxyClient.hold(stream, octets), server, client.counters());
    }

    @Override
    public void close() {
        client.close();
    }
}
