package io.sluice.netstack.engine;

import io.netty.buffer.ByteBufAllocator;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.tun.OffloadCapabilities;
import io.sluice.api.tun.TunQueue;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Everything an engine has from outside.
 *
 * @param queue where its packets go
 * @param mtu octets of an IP packet on the device
 * @param offload what the device does for us
 * @param limits bounds of this engine alone: the attachment's, divided by the number of queues
 * @param memoryLimit octets of payload this engine may hold in receive and send queues together
 * @param clock nanoseconds from any origin, never going back
 * @param random for ISNs, hash seeds and ports; cryptographically strong in the product
 * @param allocator direct buffers for headers and for small payloads that are kept
 * @param alarm see there
 */
public record EngineSetup(
        TunQueue queue,
        int mtu,
        OffloadCapabilities offload,
        StackConfig limits,
        long memoryLimit,
        LongSupplier clock,
        RandomGenerator random,
        ByteBufAllocator allocator,
        Alarm alarm) {}
