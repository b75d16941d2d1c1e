package io.sluice.api.outbound;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.DatagramPort;
import java.util.Map;
import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/** One configured way out. Registered as a service while it can be used; it knows its configuration and nothing of policy. */
@ConsumerType
public interface Outbound {

    /** Service and configuration property: the tag that rules name. */
    String TAG = "outbound.tag";

    /** Service property: {@code direct}, {@code block}, {@code socks}, … */
    String TYPE = "outbound.type";

    String tag();

    String type();

    /** What it can carry now; of an outbound that stands on others this changes with them. Cheap: asked for each flow. */
    Set<Capability> capabilities();

    /** For people: where it goes, in one line, without secrets; e.g. {@code socks5 192.0.2.1:1080 as alice}. */
    String description();

    /**
     * Where its sockets go. The same as long as it is registered. An outbound that goes through another one opens no socket of its own:
     * {@link Reach#NOWHERE}.
     */
    default Reach reach() {
        return Reach.ANYWHERE;
    }

    /**
     * Opens a stream. Called on the request's loop; completes on it with a registered channel, AUTO_READ off, or fails with a
     * {@link ConnectException}. Cancelling the future ends the attempt and closes what was opened.
     */
    Future<ByteStream> openStream(OpenRequest request);

    /**
     * Opens a datagram association which can reach any number of peers by one mapping (RFC 4787 REQ-1). Completes on the request's loop;
     * fails like {@link #openStream}.
     */
    Future<DatagramPort> openDatagrams(OpenRequest request);

    /** Totals since it is active, by camelCase name. */
    Map<String, Long> counters();
}
