package io.sluice.outbound.dns.engine;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.net.Network;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.transport.DialRequest;
import io.sluice.dialer.HostDialer;
import io.sluice.proxyserver.pipe.PipeChannel;
import java.net.InetSocketAddress;
import java.util.Optional;

/** Opens flows whose far end is ourselves: nothing is dialled before a question needs a server. Any thread. */
public final class DnsProxy {

    private final HostDialer dialer;
    private final Rewrite rewrite;
    private final DnsRules rules;
    private final DnsCounters counters = new DnsCounters();

    /** @param dialer reaches the servers; the caller closes it */
    public DnsProxy(HostDialer dialer, Rewrite rewrite, DnsRules rules) {
        this.dialer = dialer;
        this.rewrite = rewrite;
        this.rules = rules;
    }

    public DnsCounters counters() {
        return counters;
    }

    /** As {@link io.sluice.api.outbound.Outbound#openStream}. */
    public Future<ByteStream> openStream(OpenRequest request) {
        PipeChannel ours = PipeChannel.pair();
        PipeChannel flows = ours.peer();
        flows.config().setAutoRead(false);
        ours.pipeline()
                .addLast(
                        StreamUpstream.messages(),
                        new DnsStream(
                                ours,
                                rules,
                                counters,
                                asker -> server(request, request.destination(), Network.TCP, asker)));
        request.eventLoop().register(flows);
        request.eventLoop().register(ours);
        return request.eventLoop().newSucceededFuture(ByteStream.of(flows));
    }

    /** As {@link io.sluice.api.outbound.Outbound#openDatagrams}. */
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        return request.eventLoop()
                .newSucceededFuture(new DnsAssociation(
                        request.eventLoop(),
                        rules,
                        counters,
                        (host, asker) -> server(request, host, Network.UDP, asker)));
    }

    private Upstream server(OpenRequest request, InetSocketAddress meant, Network client, Upstream.Asker asker) {
        InetSocketAddress server = rewrite.server(meant);
        Optional<FlowSource> chooser = rewrite.isMeant() ? Optional.of(request.source()) : Optional.empty();
        return rewrite.network(client) == Network.TCP
                ? new StreamUpstream(server, () -> dialer.stream(server, dial(request), chooser), asker, counters)
                : new DatagramUpstream(server, () -> dialer.datagrams(server, dial(request), chooser), asker, counters);
    }

    private static DialRequest dial(OpenRequest request) {
        return DialRequest.of(request.flowId(), request.eventLoop(), request.timeout());
    }
}
