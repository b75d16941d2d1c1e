package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration of an appliance whose file makes no sense, and that knows no earlier one: nothing is carried, and the kill switch is closed until there is
 * another configuration (as Mullvad's daemon does from 2022.1 on with settings that it cannot read).
 *
 * <p>The kill switch is told by two properties that no file can set: {@code provisional}, and {@code reason} in one sentence. The first configuration after
 * that ends it, also one that says nothing of the kill switch: then this is said to it by {@code provisional=false} alone, for a start may find the properties
 * of before.
 */
public final class ClosedConfig {

    private static final String PROVISIONAL = "provisional";
    private static final String REASON = "reason";

    private ClosedConfig() {}

    public static String text() {
        return DefaultConfig.resource("closed.json");
    }

    /** @param reason why, in one sentence for people */
    public static List<Component> components(String reason) {
        return ConfigReader.read(text(), "closed.json").components().stream()
                .map(c -> isKillSwitch(c) ? provisional(c, reason) : c)
                .toList();
    }

    private static Component provisional(Component component, String reason) {
        Map<String, Object> properties = new HashMap<>(component.properties());
        properties.put(PROVISIONAL, true);
        properties.put(REASON, reason);
        return new Component(component.factory(), component.name(), properties);
    }

    /** What is desired, and for the kill switch that it is, if it was told of a closed configuration and is told nothing else. */
    public static List<Component> ended(Collection<Component> inForce, List<Component> desired) {
        boolean told =
                inForce.stream().anyMatch(c -> isKillSwitch(c) && c.properties().containsKey(PROVISIONAL));
        if (!told || desired.stream().anyMatch(ClosedConfig::isKillSwitch)) {
            return desired;
        }
        List<Component> all = new ArrayList<>(desired);
        all.add(new Component(Stage.KILL_SWITCH_PID, Optional.empty(), Map.of(PROVISIONAL, false)));
        return all;
    }

    /** Whether it is nothing but the end of a closed configuration: a platform without a kill switch has nobody to take it over. */
    public static boolean isEnd(Component component) {
        return isKillSwitch(component) && component.properties().equals(Map.of(PROVISIONAL, false));
    }

    private static boolean isKillSwitch(Component component) {
        return component.factory().equals(Stage.KILL_SWITCH_PID);
    }
}
