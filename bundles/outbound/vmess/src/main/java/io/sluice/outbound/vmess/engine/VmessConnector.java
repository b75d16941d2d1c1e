package io.sluice.outbound.vmess.engine;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.StreamDialer;
import io.sluice.proxyclient.ClientCounters;
import io.sluice.proxyclient.PeerPorts;
import io.sluice.proxyclient.ProxyClient;
import io.sluice.proxyclient.StreamDatagramPort;
import io.sluice.proxycodec.mux.XudpFraming;
import io.sluice.proxycodec.vmess.ChunkCodec;
import io.sluice.proxycodec.vmess.ChunkFraming;
import io.sluice.proxycodec.vmess.Command;
import io.sluice.proxycodec.vmess.VmessClient;
import java.net.InetSocketAddress;

/** Opens streams and associations through one server. Any thread. */
public final class VmessConnector implements AutoCloseable {

    private static final int DNS = 53;
    private static final int HTTPS = 443;

    private final ProxyClient client;
    private final VmessClient vmess;
    private final boolean xudp;
    private final boolean finIsEnd;

    /**
     * @param dialer ownership passes
     * @param xudp whether the server knows XUDP (v2ray does not)
     * @param finIsEnd whether it ends streams with FIN alone
     */
    public VmessConnector(StreamDialer dialer, VmessClient vmess, boolean xudp, boolean finIsEnd) {
        this.client = new ProxyClient(dialer);
        this.vmess = vmess;
        this.xudp = xudp;
        this.finIsEnd = finIsEnd;
    }

    public ClientCounters counters() {
        return client.counters();
    }

    /** As {@link io.sluice.api.outbound.Outbound#openStream}. */
    public Future<ByteStream> openStream(OpenRequest request) {
        return client.openStream(request, stream -> dress(stream, Command.TCP, request.destination()));
    }

    /** As {@link io.sluice.api.outbound.Outbound#openDatagrams}. */
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        InetSocketAddress first = request.destination();
        return client.openDatagrams(
                request,
                stream -> isPlain(first)
                        ? new PeerPorts(first, plain(stream, first), peer -> open(request, peer), counters())
                        : new StreamDatagramPort(dress(stream, Command.MUX, null), XudpFraming.opening(), counters()));
    }

    /** As Xray: who asks a resolver or speaks QUIC speaks with one peer, and then a chunk is all that a datagram needs. */
    private boolean isPlain(InetSocketAddress first) {
        return !xudp || first.getPort() == DNS || first.getPort() == HTTPS;
    }

    private Future<DatagramPort> open(OpenRequest request, InetSocketAddress peer) {
        OpenRequest further =
                new OpenRequest(request.flowId(), request.source(), peer, request.eventLoop(), request.timeout());
        return client.openDatagrams(further, stream -> plain(stream, peer));
    }

    private DatagramPort plain(ByteStream stream, InetSocketAddress peer) {
        return new StreamDatagramPort(dress(stream, Command.UDP, peer), new ChunkFraming(peer), counters());
    }

    private ByteStream dress(ByteStream stream, Command command, InetSocketAddress destination) {
        ChunkCodec codec = vmess.codec(command, destination, stream.channel().alloc());
        return VmessStream.on(stream, codec, finIsEnd);
    }

    /** Lets go of what the dialer keeps; what was handed over lives on. */
    @Override
    public void close() {
        client.close();
    }
}
