package io.sluice.shadowsocks.stream;

import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * What a request asks for.
 *
 * @param destination unresolved means a domain name
 * @param user whose identity header it is
 */
public record StreamHeader(InetSocketAddress destination, Optional<String> user) {}
