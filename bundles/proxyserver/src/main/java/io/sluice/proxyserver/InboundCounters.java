package io.sluice.proxyserver;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Totals of one inbound; any thread. */
public final class InboundCounters {

    public final LongAdder acceptedConnections = new LongAdder();
    public final LongAdder acceptPauses = new LongAdder();
    /** Streams that a layer gave up: TLS, WebSocket and the like. */
    public final LongAdder layerFailures = new LongAdder();

    public final LongAdder malformedRequests = new LongAdder();
    public final LongAdder handshakeTimeouts = new LongAdder();
    public final LongAdder authFailures = new LongAdder();
    public final LongAdder fallbacks = new LongAdder();
    public final LongAdder streams = new LongAdder();
    public final LongAdder associations = new LongAdder();
    public final LongAdder refusedRequests = new LongAdder();
    public final LongAdder foreignDatagrams = new LongAdder();
    public final LongAdder malformedDatagrams = new LongAdder();
    public final LongAdder droppedDatagrams = new LongAdder();
    public final LongAdder internalErrors = new LongAdder();

    /** As they are now, by name. */
    public Map<String, Long> snapshot() {
        Map<String, Long> all = new LinkedHashMap<>();
        all.put("acceptedConnections", acceptedConnections.sum());
        all.put("acceptPauses", acceptPauses.sum());
        all.put("layerFailures", layerFailures.sum());
        all.put("malformedRequests", malformedRequests.sum());
        all.put("handshakeTimeouts", handshakeTimeouts.sum());
        all.put("authFailures", authFailures.sum());
        all.put("fallbacks", fallbacks.sum());
        all.put("streams", streams.sum());
        all.put("associations", associations.sum());
        all.put("refusedRequests", refusedRequests.sum());
        all.put("foreignDatagrams", foreignDatagrams.sum());
        all.put("malformedDatagrams", malformedDatagrams.sum());
        all.put("droppedDatagrams", droppedDatagrams.sum());
        all.put("internalErrors", internalErrors.sum());
        return all;
    }
}
