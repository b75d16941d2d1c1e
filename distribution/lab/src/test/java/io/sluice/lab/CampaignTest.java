package io.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A short campaign: every class of packets 30 times, all of them at once each time, the kill switch's own 30 times too, and each of those that break most and
 * need no restart once; {@code ./sluice campaign} runs all 30 times.
 */
@Tag("netns")
class CampaignTest {

    private static final List<String> CLASSES =
            "L01 L02 L05 L06 L07 L08 L09 L10 L12 L13 L14 L15 L16 L17 L18 L19 L20 L21 L22 L23 L24 L25 L26 L27 L29 L30 L31 L32 L33 L34 F02 F04 F05 F09 F12 F13"
                    .transform(text -> List.of(text.split(" ")));

    /** Another program damages the rules. */
    private static final String DAMAGED = "L12";

    /** From its begin: a campaign of a commit begins no injection after 11 minutes; then one may go on, and all is taken away. */
    private static final Duration LONGEST = Duration.ofMinutes(17);

    static Path distribution() throws IOException {
        Path made = Path.of(System.getProperty("basedir", ""), "../assembly/target")
                .toAbsolutePath()
                .normalize();
        try (Stream<Path> folders = Files.list(made)) {
            return folders.filter(folder -> Files.isExecutable(folder.resolve("bin/sluice")))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("there is no appliance in " + made));
        }
    }

    private static void needsRoot() {
        NetworkNamespace.unavailable().ifPresent(why -> assumeTrue(false, why));
        for (String program : List.of("nft", "tcpdump", "dnsmasq", "udhcpc", "script", "microsocks")) {
            assumeTrue(
                    Stream.of("/usr/sbin", "/usr/bin", "/sbin", "/bin")
                            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program))),
                    program + " is missing");
        }
    }

    /**
     * A test of its own for each class, named as in the catalogue, and one for what is true of the whole. {@code ./sluice test} has a campaign running beside the
     * other tests, of which this only tells; else it is a short one of its own.
     */
    @TestFactory
    Stream<DynamicTest> lockdown_nothingLeaksAndEverythingRecovers(@TempDir Path folder) throws Exception {
        needsRoot();
        String beside = System.getProperty("sluice.lab.report");
        JsonNode report = beside == null ? ofItsOwn(folder) : awaited(Path.of(beside), Long.getLong("sluice.lab.pid"));
        List<JsonNode> run = StreamSupport.stream(report.path("classes").spliterator(), false)
                .filter(each -> each.has("holds"))
                .toList();
        assertThat(run.stream().map(each -> each.path("id").asText())).containsAll(CLASSES);
        List<String> timeWasUp = texts(report.path("timeWasUpAt"));
        timeWasUp.forEach(what -> System.out.println("The campaign's time was up: " + what));
        texts(report.path("late")).forEach(what -> System.out.println("Late beside the other tests: " + what));
        Stream<DynamicTest> each = run.stream()
                .map(one -> dynamicTest(
                        "%s (%d of %d) %s"
                                .formatted(
                                        one.path("id").asText(),
                                        one.path("injections").asInt(),
                                        one.path("wanted").asInt(),
                                        one.path("title").asText()),
                        () -> {
                            assertThat(one.path("injections").asInt()).isPositive();
                            assertThat(missing(one)).isSubsetOf(timeWasUp);
                            assertThat(one.path("holds").asBoolean())
                                    .as(one.toPrettyString())
                                    .isTrue();
                        }));
        return Stream.concat(
                each,
                Stream.of(dynamicTest(
                        "the whole",
                        () -> assertThat(report.path("verdict"))
                                .as(report.path("verdict").toString())
                                .isEmpty())));
    }

    /** A class that had fewer injections than it was to have, as {@code timeWasUpAt} has it; none that had all. */
    private static List<String> missing(JsonNode one) {
        int had = one.path("injections").asInt();
        int wanted = one.path("wanted").asInt();
        return had == wanted ? List.of() : List.of(one.path("id").asText() + " " + had + " of " + wanted);
    }

    private static List<String> texts(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    private static JsonNode ofItsOwn(Path folder) throws IOException {
        Options options = new Options(
                CLASSES,
                Integer.getInteger("sluice.lab.n", 1),
                Options.catalogue().stream()
                        .filter(injection ->
                                injection.isPackets() || injection.id().equals(DAMAGED))
                        .collect(Collectors.toMap(Injection::id, _ -> Options.COMMIT)),
                Long.getLong("sluice.lab.seed", 4),
                Optional.empty(),
                "lockdown",
                Options.UNLIMITED,
                Optional.empty(),
                Duration.ZERO,
                false);
        Report report = Campaign.run(options, distribution(), folder, System.out);
        System.out.print(report.table());
        return new ObjectMapper().valueToTree(report.view());
    }

    /** @param pid of the process that makes the report; the shell that began it collects it */
    private static JsonNode awaited(Path report, long pid) throws Exception {
        Optional<ProcessHandle> campaign = ProcessHandle.of(pid);
        if (campaign.isPresent()) {
            Instant begun = campaign.get().info().startInstant().orElse(Instant.now());
            Duration left = LONGEST.minus(Duration.between(begun, Instant.now()));
            campaign.get().onExit().get(left.toMillis(), TimeUnit.MILLISECONDS);
        }
        assertThat(report).as("the report of the campaign beside the tests").exists();
        return new ObjectMapper().readTree(report.toFile());
    }

    /** The observers see what there is to be seen: without a kill switch the box's own discovery packets leave by the line, and so do its questions, to the local network too. */
    @Test
    void withoutKillSwitch_leaksAreSeenByBothObservers(@TempDir Path folder) throws Exception {
        needsRoot();
        Options options = new Options(
                List.of("L14", "L16", "L29"),
                1,
                Map.of(),
                4,
                Optional.empty(),
                GatewayConfig.NONE,
                Options.UNLIMITED,
                Optional.empty(),
                Duration.ZERO,
                false);
        Report report = Campaign.run(options, distribution(), folder, System.out);
        assertThat(report.verdict())
                .as(report.table())
                .containsExactly("L14 does not hold", "L16 does not hold", "L29 does not hold");
        assertThat(report.table()).contains("to a client, names4", "to a client, names6", "foreign.lab.example");
        assertThat(report.view().get("leakedPackets").toString()).doesNotContain("=0");
    }
}
