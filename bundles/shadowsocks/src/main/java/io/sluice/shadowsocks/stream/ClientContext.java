package io.sluice.shadowsocks.stream;

import io.sluice.shadowsocks.ClientKeys;
import java.security.SecureRandom;
import java.util.function.LongSupplier;

/**
 * What all streams to one server share.
 *
 * @param server for messages, e.g. {@code shadowsocks 192.0.2.1:8388}
 * @param keys method and keys
 * @param epochSeconds the time of day, for SIP022
 * @param random salts and padding
 */
public record ClientContext(String server, ClientKeys keys, LongSupplier epochSeconds, SecureRandom random) {}
