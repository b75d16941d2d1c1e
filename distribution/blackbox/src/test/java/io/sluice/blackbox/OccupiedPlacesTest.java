package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.netns.NetworkNamespace;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the appliance wants for itself and cannot have: it starts with the rest, and says what is missing and why. */
@NeedsNamespaces
class OccupiedPlacesTest {

    private NetworkNamespace namespace;
    private BlackBox box;

    @BeforeEach
    void prepare(@TempDir Path folder) throws Exception {
        namespace = NetworkNamespace.create();
        box = new BlackBox(namespace, folder);
    }

    @AfterEach
    void clear() throws Exception {
        box.close();
        namespace.close();
    }

    private ServerSocket occupy(int port) throws Exception {
        return namespace.call(() -> new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
    }

    @Test
    void portsOfTheInboundAndOfTheConsole() throws Exception {
        HostState before = HostState.of(namespace);
        ServerSocket inbound = occupy(2080);
        ServerSocket console = occupy(9080);
        try (inbound;
                console) {
            box.started();
            Answer diag = box.run("diag");
            assertThat(diag.exit()).as(diag.all()).isEqualTo(1);
            assertThat(diag.out())
                    .contains("inbound \"local\" cannot listen on 127.0.0.1:2080", "Address already in use")
                    .contains("the web console cannot listen on 127.0.0.1:9080", "set another api.port")
                    .doesNotContain("InvocationTargetException");
            assertThat(box.ok("inbound", "list")).contains("No inbound listens");
        }
        // Free again: taking the configuration up anew is enough for both.
        box.apply(Files.readString(box.configFile()).replace("2080", "2081").replace("9080", "9081"));
        Await.until(
                "the console on its new port",
                () -> box.curl("http://127.0.0.1:9081/").exit() == 0);
        assertThat(box.ok("diag")).contains("Everything that should be active is active");
        assertThat(HostState.of(namespace)).isEqualTo(before);
    }

    /** A change that wants them is taken back whole; one that only moves its own listeners about is not. */
    @Test
    void portsAtAChange() throws Exception {
        box.started(); // the first start writes the file
        String first = Files.readString(box.configFile());
        try (ServerSocket inbound = occupy(2081);
                ServerSocket console = occupy(9081)) {
            for (int attempt = 0; attempt < 3; attempt++) {
                assertThat(refused(first.replace("2080", "2081")))
                        .contains("inbound local did not become active", "cannot listen on 127.0.0.1:2081")
                        .contains("the one before is in force again");
            }
            assertThat(refused(first.replace("9080", "9081"))).contains("cannot listen on 127.0.0.1:9081");
            assertThat(inbound.isBound() && console.isBound()).isTrue();
        }
        assertThat(Files.readString(box.configFile())).isEqualTo(first);
        assertThat(box.ok("inbound", "list")).contains("127.0.0.1:2080").doesNotContain("2081");
        Await.until(
                "the console on its old port",
                () -> box.curl("http://127.0.0.1:9080/").exit() == 0);
        Await.until("everything is active", () -> box.run("diag").exit() == 0);
        assertThat(box.ok("diag")).contains("Everything that should be active is active");

        box.apply(twoInbounds("a", 2083, "b", 2084));
        box.apply(twoInbounds("a", 2084, "b", 2083));
        assertThat(box.ok("inbound", "list")).containsPattern("a .*:2084").containsPattern("b .*:2083");
        box.apply(twoInbounds("a", 2084, "c", 2083));
        assertThat(box.ok("inbound", "list")).containsPattern("c .*:2083").doesNotContain("b ");
        assertThat(box.ok("diag")).contains("Everything that should be active is active");
    }

    private String refused(String json) throws Exception {
        Path proposed = box.data().resolveSibling("proposed.json");
        Files.writeString(proposed, json);
        Answer apply = box.run("conf", "apply", proposed.toString());
        assertThat(apply.exit()).as(apply.all()).isNotZero();
        assertThat(apply.all()).doesNotContain("is in force:");
        return apply.all();
    }

    private static String twoInbounds(String one, int onePort, String other, int otherPort) {
        return """
                { "inbounds": [
                    { "tag": "%s", "protocol": "socks", "listen": "127.0.0.1", "port": %d },
                    { "tag": "%s", "protocol": "http", "listen": "127.0.0.1", "port": %d } ],
                  "outbounds": [ { "tag": "out", "protocol": "freedom" } ],
                  "api": { "listen": "127.0.0.1", "port": 9080 } }
                """.formatted(one, onePort, other, otherPort);
    }

    /** And a broken configuration file beside it: the machine is closed until it is corrected, and the file is left as it is. */
    @Test
    void placeOfTheCommandSocket() throws Exception {
        Files.writeString(box.data().resolve("run"), "not a directory");
        String broken = "{ \"inbounds\": [ }";
        box.configured(broken);
        Answer check = box.run("conf", "check", box.configFile().toString());
        assertThat(check.exit()).isEqualTo(23);
        assertThat(check.all()).contains("sluice.json:1:17: error");

        Answer start = box.run("start");
        assertThat(start.all()).contains("takes no commands", "run/sluice.sock", "sluice.log");
        Answer status = box.run("status");
        assertThat(status.exit()).isEqualTo(2);
        assertThat(status.all()).contains("is running as process " + box.pid(), "takes no commands");
        Answer command = box.run("tunnel", "status");
        assertThat(command.exit()).isEqualTo(5);
        assertThat(command.err()).contains("takes no commands").doesNotContain("Start it");
        assertThat(box.logText())
                .contains("run is not a directory (a symbolic link is refused). Remove it")
                .contains("no valid configuration and no earlier one is known", "sluice.json:1:17: error");
        assertThat(Files.readString(box.configFile())).isEqualTo(broken);

        box.ok("stop");
        Files.delete(box.data().resolve("run"));
        box.started();
        assertThat(box.ok("inbound", "list")).contains("No inbound listens");
        Await.until(
                "the word of the kill switch",
                () -> box.run("killswitch", "status").all().contains("sluice.json:1:17: error"));
        assertThat(filter()).contains("table inet sluice_killswitch");

        box.configured(twoInbounds("a", 2083, "b", 2084));
        box.ok("conf", "reload");
        assertThat(box.ok("inbound", "list")).containsPattern("a .*:2083");
        Await.until(
                "an open machine", () -> box.run("killswitch", "status").all().contains("DISARMED"));
        assertThat(filter()).doesNotContain("sluice_killswitch");
    }

    private String filter() throws Exception {
        return namespace.exec("nft", "list", "tables");
    }
}
