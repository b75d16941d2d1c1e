package io.sluice.killswitch.engine;

import io.sluice.api.net.IpPrefix;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * What the configuration allows while the filter is closed.
 *
 * @param lan the local network, see {@link LanRules}
 * @param lanInterfaces only by these; none: by any
 * @param inputPorts TCP ports of this host that may be connected to, e.g. 22
 * @param inputFrom only from these; none: from anywhere
 */
public record Allowance(boolean lan, List<String> lanInterfaces, List<Integer> inputPorts, List<IpPrefix> inputFrom) {

    /** Nothing. */
    public static final Allowance NONE = new Allowance(false, List.of(), List.of(), List.of());

    public Allowance {
        lanInterfaces = List.copyOf(lanInterfaces);
        inputPorts = List.copyOf(new TreeSet<>(inputPorts));
        inputFrom = inputFrom.stream().map(IpPrefix::network).toList();
    }

    /** As words, one line each; none for {@link #NONE}. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        if (lan) {
            words.add("lan");
        }
        lanInterfaces.forEach(name -> words.add("interface " + name));
        inputPorts.forEach(port -> words.add("port " + port));
        inputFrom.forEach(prefix -> words.add("from " + prefix));
        return words;
    }

    /**
     * What {@link #words} wrote.
     *
     * @throws IllegalArgumentException if it is not that
     */
    static Allowance read(List<String> words) {
        boolean lan = false;
        List<String> interfaces = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        List<IpPrefix> from = new ArrayList<>();
        for (String line : words) {
            String value = line.substring(line.indexOf(' ') + 1);
            switch (line.substring(0, Math.max(0, line.length() - value.length()))
                    .strip()) {
                case "" -> lan = lan(value);
                case "interface" -> interfaces.add(value);
                case "port" -> ports.add(Integer.parseInt(value));
                case "from" -> from.add(IpPrefix.parse(value));
                default -> throw new IllegalArgumentException(line);
            }
        }
        return new Allowance(lan, interfaces, ports, from);
    }

    private static boolean lan(String word) {
        if (!word.equals("lan")) {
            throw new IllegalArgumentException(word);
        }
        return true;
    }
}
