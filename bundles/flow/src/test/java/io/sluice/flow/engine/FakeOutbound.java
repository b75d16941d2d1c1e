package io.sluice.flow.engine;

import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An outbound whose attempts a test completes. */
class FakeOutbound implements Outbound {

    final String tag;
    final Set<Capability> capabilities;
    final List<Promise<ByteStream>> streams = new ArrayList<>();
    final List<Promise<DatagramPort>> datagrams = new ArrayList<>();
    final List<OpenRequest> requests = new ArrayList<>();

    FakeOutbound(String tag, Capability... capabilities) {
        this.tag = tag;
        this.capabilities = Set.of(capabilities);
    }

    @Override
    public String tag() {
        return tag;
    }

    @Override
    public String type() {
        return "fake";
    }

    @Override
    public Set<Capability> capabilities() {
        return capabilities;
    }

    @Override
    public String description() {
        return "fake " + tag;
    }

    @Override
    public Future<ByteStream> openStream(OpenRequest request) {
        requests.add(request);
        Promise<ByteStream> promise = request.eventLoop().newPromise();
        streams.add(promise);
        return promise;
    }

    @Override
    public Future<DatagramPort> openDatagrams(OpenRequest request) {
        requests.add(request);
        Promise<DatagramPort> promise = request.eventLoop().newPromise();
        datagrams.add(promise);
        return promise;
    }

    @Override
    public Map<String, Long> counters() {
        return Map.of();
    }
}
