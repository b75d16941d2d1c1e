package io.sluice.api.transport;

import io.sluice.api.loop.TcpOptions;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The properties of one layer among those of a component: those whose keys begin with the layer's name and a dot, e.g. {@code websocket.path}. A
 * secret's key has a dot before that, {@code .tls.key}, so that it is shown nowhere. {@code toString} shows no values.
 */
public final class LayerSettings {

    private final String where;
    private final InetSocketAddress endpoint;
    private final String layer;
    private final Map<String, ?> properties;

    /**
     * @param where what error texts begin with, e.g. {@code outbound "proxy"}
     * @param endpoint the server's (perhaps an unresolved name), for defaults such as SNI and Host; on the server's side where it listens
     * @param layer name of the layer, which is the prefix of its keys
     * @param properties the component's, all of them
     */
    public LayerSettings(String where, InetSocketAddress endpoint, String layer, Map<String, ?> properties) {
        this.where = Objects.requireNonNull(where, "where");
        this.endpoint = Objects.requireNonNull(endpoint, "endpoint");
        this.layer = Objects.requireNonNull(layer, "layer");
        this.properties = Map.copyOf(properties);
    }

    public String where() {
        return where;
    }

    public InetSocketAddress endpoint() {
        return endpoint;
    }

    /** The server's name or address as it was configured. */
    public String host() {
        return endpoint.getHostString();
    }

    /** Whether it is there, and no secret. */
    public boolean has(String key) {
        return properties.containsKey(layer + "." + key);
    }

    /** Absent if it is not there or empty. */
    public Optional<String> string(String key) {
        return Optional.ofNullable(value(layer + "." + key, String.class)).filter(s -> !s.isEmpty());
    }

    /** What is private: a key, a password. */
    public Optional<String> secret(String key) {
        return Optional.ofNullable(value("." + layer + "." + key, String.class)).filter(s -> !s.isEmpty());
    }

    /** Empty if it is not there. */
    public List<String> strings(String key) {
        String[] values = value(layer + "." + key, String[].class);
        return values == null ? List.of() : List.of(values);
    }

    public boolean flag(String key, boolean otherwise) {
        Boolean flag = value(layer + "." + key, Boolean.class);
        return flag == null ? otherwise : flag;
    }

    public int integer(String key, int otherwise) {
        Integer number = value(layer + "." + key, Integer.class);
        return number == null ? otherwise : number;
    }

    /**
     * Xray's {@code sockopt}, where these are its properties: what it asks of the kernel for a TCP socket.
     *
     * @param watch keep-alive where nothing is said of it
     */
    public TcpOptions tcp(TcpOptions watch) {
        int idle = integer("tcpKeepAliveIdle", 0);
        int interval = integer("tcpKeepAliveInterval", 0);
        TcpOptions unsaid = idle == 0 && interval == 0 ? watch : TcpOptions.NONE;
        return new TcpOptions(
                idle == 0 ? unsaid.keepAliveIdle() : idle,
                interval == 0 ? unsaid.keepAliveInterval() : interval,
                unsaid.keepAliveProbes(),
                integer("tcpUserTimeout", 0),
                integer("tcpMaxSeg", 0),
                integer("tcpWindowClamp", 0),
                string("tcpCongestion"));
    }

    /** For a setting that cannot be used: what to throw. */
    public IllegalArgumentException refuse(String key, String sentence) {
        return new IllegalArgumentException(where + ": " + layer + "." + key + " " + sentence);
    }

    private <T> T value(String key, Class<T> type) {
        Object value = properties.get(key);
        if (value == null || type.isInstance(value)) {
            return type.cast(value);
        }
        throw new IllegalArgumentException(where + ": " + key + " is a "
                + value.getClass().getSimpleName() + ", but a " + type.getSimpleName() + " is wanted");
    }

    @Override
    public String toString() {
        return where + " " + layer;
    }
}
