package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kill switch on the page, in a browser on the box itself: its three states seen and switched, the same in kernel, REST and shell, and the proof, beside an
 * observer at the provider's side who counts canaries. Pictures of the states are left in {@code target/killswitch-page}.
 */
@NeedsNamespaces
@Timeout(300)
class KillSwitchPageTest {

    private static final String CONSOLE = "http://127.0.0.1:9080";
    private static final String TABLE = "table inet sluice_killswitch";
    private static final String GUARD = "table netdev sluice_guard";

    /** Of the box's own sockets, which the kill switch lets pass. */
    private static final int MARK = 0x1234;

    /** Gives anybody's packets to there our mark, which the kill switch trusts (KNOWN-ISSUES.md): a real way out. */
    private static final String HOLE = """
            table inet hole {
              chain out { type filter hook output priority -10; policy accept;
                ip daddr %1$s meta mark set %3$d
                ip6 daddr %2$s meta mark set %3$d
              }
            }
            """.formatted(CanaryWatch.TARGETS.get(0), CanaryWatch.TARGETS.get(1), MARK);

    private static final Path PICTURES = Path.of(System.getProperty("basedir", ""), "target", "killswitch-page")
            .toAbsolutePath();

    private static Site site;
    private static BlackBox box;
    private static Browser browser;
    private static CanaryWatch watch;
    private static KillSwitchPage page;
    private static String token;
    private static Path folder;

    @BeforeAll
    static void start(@TempDir Path temporary) throws Exception {
        Browser.missing().ifPresent(why -> {
            System.err.println("skipped: " + KillSwitchPageTest.class.getSimpleName() + ": " + why);
            Assumptions.abort(why);
        });
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nft")), "nft is not installed (package nftables)");
        folder = temporary;
        site = new Site();
        address(site.box(), "fd18::1/64", "up0");
        address(site.server(), "fd18::2/64", "lan0");
        site.box().exec("ip", "-6", "route", "add", "default", "via", "fd18::2");
        watch = new CanaryWatch(site.server(), "lan0", temporary);
        box = new BlackBox(site.box(), temporary).configured(configuration()).started();
        token = Files.readString(box.data().resolve("api-token")).strip();
        browser = new Browser(site.box(), Files.createDirectory(temporary.resolve("browser")));
        page = new KillSwitchPage(browser.driver(), CONSOLE + "/ui/");
    }

    /** Without duplicate address detection, which would hold it back for a second. */
    private static void address(NetworkNamespace namespace, String address, String device) {
        namespace.exec("ip", "-6", "address", "add", address, "dev", device, "nodad");
    }

    private static String configuration() {
        return """
                {
                  "tun": { "name": "sluice0", "mtu": 1500, "address": ["172.19.0.1/30"], "routes": { "include": ["203.0.113.0/24"] } },
                  "outbounds": [{ "tag": "out", "protocol": "freedom" }],
                  "egress": { "mark": %d },
                  "api": { "listen": "127.0.0.1", "port": 9080 }
                }
                """.formatted(MARK);
    }

    @AfterAll
    static void stop() throws Exception {
        if (browser != null) {
            browser.close();
        }
        if (box != null) {
            box.close();
        }
        if (site != null) {
            site.close();
        }
    }

    /** Open, without a tunnel, and before the page. */
    @BeforeEach
    void beginOpen() {
        rest("POST", "/killswitch:disarm");
        rest("POST", "/tunnel:stop");
        page.open();
        if (page.view().equals("login")) {
            page.logIn(token);
        }
        page.follows("DISARMED", "off");
    }

    @AfterEach
    void hadNothingToComplainOf() {
        assertThat(page.complaints()).isEmpty();
    }

    @Test
    void token_isWhatOpensThePage() {
        page.logOut();
        assertThat(page.find("killswitch").isDisplayed()).isFalse();
        page.logIn("no-such-token-at-all");
        page.until("the refusal", () -> page.find("login-error").isDisplayed());
        assertThat(page.view()).isEqualTo("login");
        assertThat(page.find("killswitch").isDisplayed()).isFalse();
        page.logIn(token);
        page.follows("DISARMED", "off");
        assertThat(page.find("killswitch").isDisplayed()).isTrue();
    }

    @Test
    void eachState_isUnmistakable() throws Exception {
        List<KillSwitchPage.Look> bright = new ArrayList<>();
        List<KillSwitchPage.Look> dark = new ArrayList<>();
        look("disarmed", bright, dark);
        rest("POST", "/tunnel:start");
        rest("PUT", "/killswitch/mode", "auto");
        page.follows("ARMED", "auto");
        look("armed", bright, dark);
        rest("PUT", "/killswitch/mode", "lockdown");
        rest("POST", "/tunnel:stop");
        page.follows("BLOCKED", "lockdown");
        look("blocked", bright, dark);
        differ(bright);
        differ(dark);
    }

    private static void look(String state, List<KillSwitchPage.Look> bright, List<KillSwitchPage.Look> dark)
            throws IOException {
        bright.add(page.look(PICTURES.resolve(state + ".png")));
        page.switchTheme();
        dark.add(page.look(PICTURES.resolve(state + "-dark.png")));
        page.switchTheme();
    }

    private static void differ(List<KillSwitchPage.Look> looks) {
        assertThat(looks).extracting(KillSwitchPage.Look::word).containsExactly("DISARMED", "ARMED", "BLOCKED");
        assertThat(looks).allSatisfy(look -> {
            assertThat(look.letters()).as("height of the word").isGreaterThanOrEqualTo(34);
            assertThat(look.badgeSide()).as("side of the badge").isGreaterThanOrEqualTo(96);
            assertThat(look.share()).as("share of the width").isGreaterThan(0.9);
            assertThat(look.height()).as("height of the tile").isGreaterThanOrEqualTo(120);
            assertThat(look.within()).as("seen without scrolling").isTrue();
            assertThat(look.onTop()).as("covered by nothing").isTrue();
            // WCAG 2.2, 1.4.3 for text of any size.
            assertThat(look.colour().contrast(look.ground())).as("contrast").isGreaterThanOrEqualTo(4.5);
        });
        assertThat(looks).extracting(KillSwitchPage.Look::colour).doesNotHaveDuplicates();
        assertThat(looks).extracting(KillSwitchPage.Look::ground).doesNotHaveDuplicates();
        assertThat(looks).extracting(KillSwitchPage.Look::badge).doesNotHaveDuplicates();
        assertThat(looks).extracting(KillSwitchPage.Look::icon).doesNotHaveDuplicates();
    }

    @Test
    void modesOfThePage_areThoseOfKernelRestAndShell() {
        rest("POST", "/tunnel:start");
        everywhere("DISARMED", "off");

        page.clickMode("auto");
        everywhere("ARMED", "auto");

        page.clickMode("lockdown");
        assertThat(page.question()).startsWith("Lock this machine down?").contains("stays so");
        page.answer(false);
        everywhere("ARMED", "auto");
        page.clickMode("lockdown");
        page.question();
        page.answer(true);
        everywhere("ARMED", "lockdown");
        rest("POST", "/tunnel:stop");
        everywhere("BLOCKED", "lockdown");

        page.reload();
        everywhere("BLOCKED", "lockdown");

        page.clickMode("off");
        assertThat(page.question()).startsWith("Disarm the kill switch?").contains("Everything passes");
        page.answer(false);
        everywhere("BLOCKED", "lockdown");
        page.clickMode("off");
        page.question();
        page.answer(true);
        everywhere("DISARMED", "off");
    }

    @Test
    void modesOfShellAndRest_areFollowedWithoutReload() {
        page.markDocument();
        page.hide();
        rest("POST", "/tunnel:start");

        box.ok("killswitch", "arm");
        everywhere("ARMED", "auto");
        rest("PUT", "/killswitch/mode", "lockdown");
        everywhere("ARMED", "lockdown");
        box.ok("tunnel", "stop");
        everywhere("BLOCKED", "lockdown");
        box.ok("killswitch", "disarm", "--yes");
        everywhere("DISARMED", "off");
        box.ok("killswitch", "mode", "lockdown", "--yes");
        everywhere("BLOCKED", "lockdown");
        rest("POST", "/killswitch:disarm");
        everywhere("DISARMED", "off");

        assertThat(page.isMarkedDocument()).as("never loaded anew").isTrue();
    }

    @Test
    void proof_saysWhatTheProviderSees() throws Exception {
        assertThat(page.canProve())
                .as("there is nothing to prove when disarmed")
                .isFalse();
        sendByHand();
        Await.until("the observer has seen what the open box sent", KillSwitchPageTest::sawAll);

        rest("POST", "/tunnel:start");
        rest("PUT", "/killswitch/mode", "auto");
        page.follows("ARMED", "auto");
        proves();

        Path hole = Files.writeString(folder.resolve("hole.nft"), HOLE);
        site.box().exec("nft", "-f", hole.toString());
        try {
            watch.again();
            page.prove();
            assertThat(page.result()).startsWith("LEAK: 10 of 10 canaries left this machine");
            assertThat(outcomes()).containsExactlyInAnyOrderElementsOf(each("ESCAPED"));
            assertThat(sawAll())
                    .as("what escaped was seen outside: %s", watch.seen())
                    .isTrue();
        } finally {
            site.box().exec("nft", "delete", "table", "inet", "hole");
        }

        proves();
        rest("PUT", "/killswitch/mode", "lockdown");
        rest("POST", "/tunnel:stop");
        page.follows("BLOCKED", "lockdown");
        assertThat(page.showsProof()).as("the proof of another state").isFalse();
        proves();
        assertThat(rest("POST", "/killswitch:prove")).containsPattern("\"holds\": ?true");
    }

    /** "Prove it": all is held back, and nobody outside saw anything. */
    private static void proves() {
        watch.again();
        page.prove();
        assertThat(page.result()).startsWith("It holds: 10 canaries were sent and none left this machine.");
        assertThat(outcomes()).containsExactlyInAnyOrderElementsOf(each("held back"));
        assertThat(watch.seen())
                .allSatisfy((kind, packets) -> assertThat(packets).as(kind).isZero());
    }

    /** Kind, interface and outcome of each row. */
    private static List<String> outcomes() {
        return page.canaries().stream()
                .map(row -> row.get(0) + " by " + row.get(2) + " " + row.get(3))
                .toList();
    }

    private static List<String> each(String outcome) {
        return CanaryWatch.kinds().stream()
                .map(kind -> kind + " by up0 " + outcome)
                .toList();
    }

    private static boolean sawAll() {
        Map<String, Long> seen = watch.seen();
        return CanaryWatch.kinds().stream().allMatch(kind -> seen.get(kind) > 0);
    }

    /** To where canaries go, by sockets of anybody. */
    private static void sendByHand() throws Exception {
        for (String target : CanaryWatch.TARGETS) {
            InetAddress to = InetAddress.ofLiteral(target);
            for (int port : new int[] {53, 443}) {
                site.box().call(() -> datagram(to, port));
                site.box().call(() -> opening(to, port));
            }
            box.inside("ping", "-n", "-c", "1", "-W", "1", target);
        }
    }

    private static Void datagram(InetAddress to, int port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(new byte[16], 16, to, port));
        }
        return null;
    }

    private static Void opening(InetAddress to, int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(to, port), 100);
            throw new AssertionError(to + " is somebody's");
        } catch (IOException e) {
            return null; // nobody is there, or somebody says so
        }
    }

    /** Page, kernel, REST and shell say the same. */
    private static void everywhere(String word, String mode) {
        page.follows(word, mode);
        String tables = site.box().exec("nft", "list", "tables");
        assertThat(tables.contains(TABLE)).as(tables).isEqualTo(!word.equals("DISARMED"));
        assertThat(tables.contains(GUARD)).as(tables).isEqualTo(mode.equals("lockdown"));
        assertThat(rest("GET", "/killswitch"))
                .containsPattern(field("state", word.toLowerCase(Locale.ROOT)))
                .containsPattern(field("mode", mode));
        assertThat(box.ok("killswitch", "status"))
                .startsWith(word + ": ")
                .containsPattern("(?m)^  mode +" + mode + "$");
    }

    private static String field(String name, String value) {
        return Pattern.quote("\"" + name + "\":") + " ?" + Pattern.quote("\"" + value + "\"");
    }

    /** One request; its body is a plain text, if there is one. */
    private static String rest(String method, String path, String... body) {
        List<String> words = new ArrayList<>(List.of("--fail-with-body", "--request", method));
        words.addAll(List.of("--header", "Authorization: Bearer " + token));
        for (String text : body) {
            words.addAll(List.of("--header", "Content-Type: text/plain", "--data-binary", text));
        }
        words.add(CONSOLE + "/api/v1" + path);
        Answer answer = box.curl(words.toArray(String[]::new));
        assertThat(answer.exit()).as("%s %s: %s", method, path, answer.all()).isZero();
        return answer.out();
    }
}
