package io.sluice.config.engine;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * One configuration for Configuration Admin. Values are {@code String}, {@code Integer}, {@code Long}, {@code Boolean} or {@code
 * String[]}; a key that begins with a dot is private and its value never shown.
 *
 * @param factory factory PID, or the PID itself
 * @param name the tag, for a factory's configuration
 */
public record Component(String factory, Optional<String> name, Map<String, Object> properties) {

    public Component {
        Objects.requireNonNull(factory, "factory");
        Objects.requireNonNull(name, "name");
        properties = Collections.unmodifiableMap(new TreeMap<>(properties));
    }

    /** {@code io.sluice.outbound.socks~proxy}. */
    public String pid() {
        return name.map(n -> factory + "~" + n).orElse(factory);
    }

    /** In which order components are brought into effect. */
    public Stage stage() {
        return Stage.of(factory);
    }

    /** For people: "outbound proxy", "policy". */
    public String label() {
        String kind = factory.startsWith(Stage.OUTBOUND_PREFIX)
                ? "outbound"
                : factory.startsWith(Stage.INBOUND_PREFIX) ? "inbound" : factory.substring("io.sluice.".length());
        return name.map(n -> kind + " " + n).orElse(kind);
    }

    /** For people: the kind of a factory's component, "socks". */
    public String type() {
        return factory.substring(factory.lastIndexOf('.') + 1);
    }

    /** Whether the other one has equal values under equal keys. */
    public boolean sameProperties(Map<String, Object> others) {
        return properties.keySet().equals(others.keySet())
                && properties.entrySet().stream().allMatch(e -> sameValue(e.getValue(), others.get(e.getKey())));
    }

    static boolean sameValue(Object a, Object b) {
        return Objects.deepEquals(a, b);
    }

    /** A value for people; never a secret. */
    static String shown(String key, Object value) {
        if (key.startsWith(".")) {
            return "(secret)";
        }
        return value instanceof Object[] array ? Arrays.toString(array) : String.valueOf(value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Component(String f, Optional<String> n, Map<String, Object> p)
                && factory.equals(f)
                && name.equals(n)
                && sameProperties(p);
    }

    @Override
    public int hashCode() {
        return pid().hashCode();
    }

    /** Shows no values: some are secret. */
    @Override
    public String toString() {
        return pid() + properties.keySet();
    }
}
