package io.sluice.inbound.shadowsocks.engine;

import io.sluice.proxyserver.InboundCounters;
import io.sluice.shadowsocks.Fault;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What was wrong with what came, beside the inbound's own totals. Any thread. */
public final class ServerCounters {

    private static final Map<Fault, String> NAMES = new EnumMap<>(Map.of(
            Fault.NOT_GENUINE, "notGenuine",
            Fault.TRUNCATED, "truncated",
            Fault.SHORT, "tooShort",
            Fault.LENGTH, "chunkTooLong",
            Fault.HEADER, "malformedHeaders",
            Fault.TIME, "clockOff",
            Fault.REPLAYED, "replayed",
            Fault.FILTER_FULL, "replayFilterFull",
            Fault.ANOTHER_REQUEST, "anotherRequest",
            Fault.UNKNOWN_USER, "unknownUsers"));

    private final InboundCounters common;
    private final Map<Fault, LongAdder> faults = new EnumMap<>(Fault.class);

    public ServerCounters(InboundCounters common) {
        this.common = common;
        for (Fault fault : Fault.values()) {
            faults.put(fault, new LongAdder());
        }
    }

    /** A connection's. */
    void stream(Fault fault) {
        faults.get(fault).increment();
        common.malformedRequests.increment();
    }

    /** A packet's. */
    void packet(Fault fault) {
        faults.get(fault).increment();
        common.malformedDatagrams.increment();
    }

    /** All, by name. */
    public Map<String, Long> snapshot() {
        Map<String, Long> all = new LinkedHashMap<>(common.snapshot());
        NAMES.forEach((fault, name) -> all.put(name, faults.get(fault).sum()));
        return all;
    }
}
