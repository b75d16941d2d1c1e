package io.sluice.config.engine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the section {@code killSwitch}. */
final class KillSwitchReader {

    static final List<String> MODES = List.of("off", "auto", "lockdown");

    private final Problems problems;
    private final Values values;

    KillSwitchReader(Problems problems) {
        this.problems = problems;
        this.values = new Values(problems);
    }

    /** @param tunnelStarts the tunnel starts with the appliance, so that mode auto closes the machine from the boot on */
    Component read(Section section, boolean tunnelStarts) {
        Map<String, Object> properties = new HashMap<>();
        Optional<Located<String>> mode = section.word("mode", MODES);
        mode.ifPresent(word -> properties.put("mode", word.value()));
        if (!section.has("mode")) {
            section.missing("mode", "write \"mode\": \"auto\"");
        }
        section.flag("allowLan").ifPresent(flag -> properties.put("allowLan", flag.value()));
        properties.put(
                "lanInterfaces",
                section.strings("lanInterfaces").stream()
                        .filter(values::interfaceName)
                        .map(Located::value)
                        .toArray(String[]::new));
        properties.put("inputPorts", ports(section).toArray(String[]::new));
        properties.put(
                "inputFrom", values.networks(section.strings("inputFrom")).toArray(String[]::new));
        properties.put("autoStart", tunnelStarts);
        section.end();
        return new Component(Stage.KILL_SWITCH_PID, Optional.empty(), properties);
    }

    private List<String> ports(Section section) {
        List<String> ports = new ArrayList<>();
        section.any("inputPorts").ifPresent(value -> {
            if (!(value instanceof Json.Arr(Place _, List<Json> items))) {
                wrong(value, section.path("inputPorts"), "an array of ports");
                return;
            }
            for (int i = 0; i < items.size(); i++) {
                Json item = items.get(i);
                if (item instanceof Json.Num(Place _, String literal) && port(literal)) {
                    ports.add(literal);
                } else {
                    wrong(item, section.path("inputPorts") + "[" + i + "]", "a TCP port from 1 to 65535");
                }
            }
        });
        return ports;
    }

    private void wrong(Json value, String path, String wanted) {
        problems.add(
                ProblemCode.BAD_PORT, value.at(), path, "This is not " + wanted + ".", "write \"inputPorts\": [22]");
    }

    private static boolean port(String literal) {
        return literal.matches("[1-9][0-9]{0,4}") && Integer.parseInt(literal) <= 65_535;
    }
}
