package io.sluice.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The positive controls: while the appliance is off, both observers see the canaries of every kind and the packets of every class.
 *
 * @param missing kinds of canaries that the capture did not see: must be none
 * @param filter packets that the filter counted
 * @param capture packets that the capture has
 * @param clients by class and kind, packets that a client is not to get, sent by a gateway that bears the tunnel's addresses and has no kill switch
 */
record Controls(List<String> missing, long filter, long capture, Map<String, Long> clients) {

    /** Classes of which a client was to see something, and saw nothing, or not all of it. */
    List<String> unseenByClients() {
        return clients.entrySet().stream()
                .filter(each -> each.getValue() == 0)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private static final List<String> EVERYWHERE =
            List.of("UDP 4444", "UDP 53", "TCP 4443", "TCP 53", "TCP 853", "TCP 443", "TCP 9", "ICMP");
    private static final List<String> BOX_ONLY = List.of("UDP 5353", "UDP 5355", "UDP 137", "UDP 1900");

    static Controls of(World world, List<Tally> tallies, Random dice) throws IOException {
        world.baseline();
        List<Capture.Sighting> seen = new ArrayList<>();
        List<String> wanted = wanted();
        Waiting.within(Duration.ofSeconds(20), () -> {
            seen.addAll(world.sightings());
            return kinds(seen).containsAll(wanted);
        });
        long filter = world.outside();
        Set<String> kinds = kinds(seen);
        world.quiet(true);
        Waiting.pause(200);
        Map<String, Long> clients = new TreeMap<>();
        tunnelAddresses(world, "add");
        for (Tally tally : tallies) {
            if (tally.injection.stimulus().isPresent()) {
                Map<String, Long> before = world.seenByClients();
                stimulus(world, tally, dice);
                String id = tally.injection.id();
                List<String> told = LanObserver.OF_CLASS.getOrDefault(id, List.of());
                Map<String, Long> more = new TreeMap<>();
                Waiting.within(Duration.ofSeconds(5), () -> {
                    Map<String, Long> now = world.seenByClients();
                    told.forEach(kind -> more.put(id + " " + kind, now.get(kind) - before.get(kind)));
                    return !more.containsValue(0L);
                });
                clients.putAll(more);
            } else {
                tally.controlFilter = filter;
                tally.controlCapture = seen.size();
            }
        }
        tunnelAddresses(world, "del");
        world.quiet(false);
        return new Controls(
                wanted.stream().filter(k -> !kinds.contains(k)).toList(), filter, seen.size(), Map.copyOf(clients));
    }

    /** A kernel left to itself answers for all of its addresses by every interface, those of IPv6 where they are. */
    private static void tunnelAddresses(World world, String what) {
        for (String device : List.of("lan0", "wan0")) {
            world.lab.gw.exec("ip", "address", what, Places.TUN6 + "/126", "dev", device, "nodad");
        }
        world.lab.gw.exec("ip", "address", what, Places.TUN4 + "/32", "dev", "lo");
    }

    private static void stimulus(World world, Tally tally, Random dice) throws IOException {
        world.baseline();
        try {
            tally.injection.stimulus().orElseThrow().on(world, dice);
        } catch (Exception e) {
            tally.error("control: " + e.getMessage());
        }
        Waiting.within(Duration.ofSeconds(5), () -> {
            tally.controlCapture += world.sightings().size();
            return tally.controlCapture > 0;
        });
        Waiting.pause(50);
        tally.controlCapture += world.sightings().size();
        tally.controlFilter = world.outside();
    }

    private static List<String> wanted() {
        List<String> wanted = new ArrayList<>();
        for (String family : List.of("v4", "v6")) {
            EVERYWHERE.forEach(kind -> wanted.add("lan " + family + " " + kind));
            EVERYWHERE.forEach(kind -> wanted.add("box " + family + " " + kind));
            BOX_ONLY.stream()
                    // NetBIOS has no IPv6, but its port is tried.
                    .forEach(kind -> wanted.add("box " + family + " " + kind));
        }
        return wanted;
    }

    private static Set<String> kinds(List<Capture.Sighting> seen) {
        return seen.stream().map(s -> kind(s.what())).collect(Collectors.toSet());
    }

    /** {@code UDP 192.168.77.10.5000 > 8.8.8.8.53} is {@code lan v4 UDP 53}. */
    static String kind(String what) {
        String[] words = what.split(" ");
        int arrow = List.of(words).indexOf(">");
        if (arrow < 1) {
            return what;
        }
        String from = words[arrow - 1];
        String to = words[arrow + 1];
        boolean lan = from.startsWith("192.168.77.") || from.startsWith("2a0e:1c80:77:");
        boolean icmp = words[0].startsWith("ICMP");
        return (lan ? "lan " : "box ")
                + (to.contains(":") ? "v6 " : "v4 ")
                + (icmp ? "ICMP" : words[0] + " " + to.substring(to.lastIndexOf('.') + 1));
    }

    String sentence() {
        return "filter " + filter + ", capture " + capture + ", clients " + clients
                + (missing.isEmpty() ? ", every kind of canary seen" : ", NOT seen: " + missing);
    }
}
