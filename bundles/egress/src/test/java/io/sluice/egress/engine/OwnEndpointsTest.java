package io.sluice.egress.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class OwnEndpointsTest {

    private static final Predicate<InetAddress> LOCAL = InetAddress.ofLiteral("10.66.0.1")::equals;

    private final OwnEndpoints own = new OwnEndpoints();

    private static InetSocketAddress endpoint(String address, int port) {
        return new InetSocketAddress(InetAddress.ofLiteral(address), port);
    }

    @Test
    void contains_twoSocketsOfOneEndpoint_untilTheLastIsRemoved() {
        own.add(endpoint("192.168.7.2", 5000));
        own.add(endpoint("192.168.7.2", 5000));
        own.remove(endpoint("192.168.7.2", 5000));
        assertThat(own.contains(endpoint("192.168.7.2", 5000), LOCAL)).isTrue();
        own.remove(endpoint("192.168.7.2", 5000));
        assertThat(own.contains(endpoint("192.168.7.2", 5000), LOCAL)).isFalse();
        assertThat(own.size()).isZero();
    }

    @Test
    void contains_unboundSocket_anyLocalAddressButNoStranger() {
        own.add(endpoint("0.0.0.0", 6000));
        assertThat(own.contains(endpoint("10.66.0.1", 6000), LOCAL)).isTrue();
        assertThat(own.contains(endpoint("192.168.7.50", 6000), LOCAL)).isFalse();
        own.remove(endpoint("0.0.0.0", 6000));
        assertThat(own.contains(endpoint("10.66.0.1", 6000), LOCAL)).isFalse();
    }
}
