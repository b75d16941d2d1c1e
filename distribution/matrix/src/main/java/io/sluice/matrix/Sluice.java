package io.sluice.matrix;

import static io.sluice.matrix.Json.object;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.matrix.XrayShape.Dialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The assembled appliance. One process is the client of every cell, another the server: it has an inbound and an outbound for each, each on a line of its
 * own in the configuration, so that what {@code sluice conf check} says of a line is the reason why a cell cannot run.
 */
final class Sluice implements Peer, AutoCloseable {

    private static final Pattern PROBLEM = Pattern.compile("^[^\\s]*:(\\d+):\\d+:?\\s+(.*)$");

    private final Map<Carrier, Plan> plans;
    private final Path folder;
    private final Map<Role, Map<Carrier, String>> refused = new EnumMap<>(Role.class);
    private final Map<Role, Appliance> running = new EnumMap<>(Role.class);

    /** @param toOurs the ends of a cell whose server is ours, {@code toPeer} those of the others */
    record Plan(Ends toOurs, Ends toPeer) {

        List<Ends> distinct() {
            return toOurs.equals(toPeer) ? List.of(toOurs) : List.of(toPeer, toOurs);
        }
    }

    Sluice(Map<Carrier, Plan> plans, Path folder) {
        this.plans = plans;
        this.folder = folder;
    }

    @Override
    public String name() {
        return "sluice";
    }

    @Override
    public Optional<String> cannot(Carrier carrier, Role role) {
        return Optional.ofNullable(refused(role).get(carrier));
    }

    @Override
    public synchronized Running start(Carrier carrier, Role role, Ends ends, Path unused) throws IOException {
        Appliance appliance = running.get(role);
        if (appliance == null || !appliance.isAlive()) {
            appliance = appliance(role)
                    .configured(configuration(role, refused(role)))
                    .started();
            running.put(role, appliance);
        }
        return new Shared(appliance);
    }

    /** What our ends of a carrier's flows said lately, where it was not what should be said: for the person who looks for a fault. */
    String said(Carrier carrier, Role role) throws IOException {
        String tag = "c" + List.copyOf(plans.keySet()).indexOf(carrier);
        Set<String> said = new LinkedHashSet<>();
        String flows = running.get(role).command("flow", "list", "--recent", "--limit", "1000", "--json");
        for (JsonNode flow : new ObjectMapper().readTree(flows).path("items")) {
            String name =
                    flow.path(role == Role.SERVER ? "inbound" : "outbound").asText();
            if ((name.equals(tag) || name.equals(tag + "p"))
                    && !flow.path("closeReason").asText().equals("FINISHED")) {
                said.add(flow.path("closeReason").asText() + ": "
                        + flow.path("detail").asText(flow.path("closeSentence").asText()));
            }
        }
        return String.join("; ", said);
    }

    private Appliance appliance(Role role) throws IOException {
        Site site = plans.values().iterator().next().toOurs().site();
        return role == Role.SERVER
                ? new Appliance(site.server, folder.resolve("our-server"))
                : new Appliance(site.client, folder.resolve("our-client"));
    }

    /** Asks the appliance what it reads, and gives the first problem of each carrier. */
    private synchronized Map<Carrier, String> refused(Role role) {
        return refused.computeIfAbsent(role, _ -> {
            try {
                Appliance asked = appliance(role).configured(configuration(role, Map.of()));
                String said =
                        asked.command("conf", "check", asked.configuration().toString());
                return byCarrier(
                        Files.readAllLines(asked.configuration()), said.lines().toList());
            } catch (IOException e) {
                throw new IllegalStateException("conf check", e);
            }
        });
    }

    private Map<Carrier, String> byCarrier(List<String> lines, List<String> said) {
        Map<Carrier, String> problems = new HashMap<>();
        List<Carrier> carriers = List.copyOf(plans.keySet());
        for (String sentence : said) {
            Matcher problem = PROBLEM.matcher(sentence.strip());
            if (!problem.matches() || problem.group(2).startsWith("warning")) {
                continue;
            }
            String line = lines.get(Math.min(lines.size(), Integer.parseInt(problem.group(1))) - 1);
            for (int i = 0; i < carriers.size(); i++) {
                if (line.contains("\"c" + i + "\"") || line.contains("\"c" + i + "p\"")) {
                    problems.putIfAbsent(
                            carriers.get(i), "sluice: " + problem.group(2).replaceAll("^error SL\\d+ |\\[\\d+]", ""));
                }
            }
        }
        return problems;
    }

    private String configuration(Role role, Map<Carrier, String> without) {
        XrayShape shape = new XrayShape(Dialect.FLAT);
        List<Object> inbounds = new ArrayList<>();
        List<Object> outbounds = new ArrayList<>();
        List<Object> rules = new ArrayList<>();
        if (role == Role.SERVER) {
            outbounds.add(XrayShape.freedom("direct"));
        }
        int index = 0;
        for (Map.Entry<Carrier, Plan> entry : plans.entrySet()) {
            String tag = "c" + index++;
            Carrier carrier = entry.getKey();
            if (without.containsKey(carrier)) {
                continue;
            }
            if (role == Role.SERVER) {
                inbounds.add(shape.serverInbound(carrier, entry.getValue().toOurs(), tag));
                continue;
            }
            for (Ends ends : entry.getValue().distinct()) {
                String name = ends == entry.getValue().toOurs() ? tag : tag + "p";
                inbounds.add(socks(name + "-in", ends.socksPort()));
                outbounds.add(shape.clientOutbound(carrier, ends, name));
                rules.add(object("inboundTag", List.of(name + "-in"), "outboundTag", name));
            }
        }
        return "{\n\"inbounds\": [\n%s\n],\n\"outbounds\": [\n%s\n],\n\"routing\": { \"rules\": [\n%s\n] },\n\"api\": %s\n}\n"
                .formatted(
                        lines(inbounds),
                        lines(outbounds),
                        lines(rules),
                        Json.text(object("listen", "127.0.0.1", "port", Appliance.API_PORT)));
    }

    private static Map<String, Object> socks(String tag, int port) {
        return object(
                "tag",
                tag,
                "listen",
                "127.0.0.1",
                "port",
                port,
                "protocol",
                "socks",
                "settings",
                object("auth", "noauth", "udp", true, "ip", "127.0.0.1"));
    }

    private static String lines(List<Object> values) {
        return String.join(",\n", values.stream().map(Json::text).toList());
    }

    @Override
    public void close() {
        running.values().forEach(Appliance::close);
    }

    /** The process that serves this cell and others, and goes on. */
    private record Shared(Appliance appliance) implements Running {

        @Override
        public boolean isAlive() {
            return appliance.isAlive();
        }

        @Override
        public String lastWords() {
            return appliance.lastWords();
        }

        @Override
        public double cpuSeconds() {
            return appliance.cpuSeconds();
        }

        @Override
        public void close() {
            // the matrix does
        }
    }
}
