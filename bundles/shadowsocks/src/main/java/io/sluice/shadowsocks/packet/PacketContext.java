package io.sluice.shadowsocks.packet;

import io.netty.buffer.ByteBufAllocator;
import java.security.SecureRandom;
import java.util.function.LongSupplier;

/**
 * What packets need from outside.
 *
 * @param random salts, nonces, session numbers
 * @param epochSeconds the time of day, for SIP022
 * @param nanos a clock that only goes forward
 * @param allocator for heap buffers
 */
public record PacketContext(
        SecureRandom random, LongSupplier epochSeconds, LongSupplier nanos, ByteBufAllocator allocator) {}
