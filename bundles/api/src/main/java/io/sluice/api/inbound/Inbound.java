package io.sluice.api.inbound;

import java.net.InetSocketAddress;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** One configured listener. Registered as a service while it listens. */
@ConsumerType
public interface Inbound {

    /** Service and configuration property: the tag. */
    String TAG = "inbound.tag";

    /** Service property: {@code socks}, {@code http}, {@code mixed}, … */
    String TYPE = "inbound.type";

    String tag();

    String type();

    /** Where it listens; the real port where 0 was configured. */
    InetSocketAddress local();

    /** Totals since it listens, by camelCase name, e.g. {@code acceptedConnections}, {@code malformedRequests}, {@code authFailures}. */
    Map<String, Long> counters();
}
