package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Run by a user without any right: the proxy works, and what does not says why and what to do. */
@NeedsNamespaces
class UnprivilegedTest {

    /** Debian's nobody; only its number matters here. */
    private static final String UID = "65534";

    private Site site;
    private BlackBox box;

    @BeforeEach
    void start(@TempDir Path folder) throws Exception {
        site = new Site();
        box = new BlackBox(
                site.box(),
                folder,
                "setpriv",
                "--reuid=" + UID,
                "--regid=" + UID,
                "--clear-groups",
                "--bounding-set=-all",
                "--inh-caps=-all",
                "--no-new-privs");
        box.environment("HOME", folder.toString());
        give(folder);
    }

    @AfterEach
    void stop() throws Exception {
        box.close();
        site.close();
    }

    private static void give(Path folder) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        UserPrincipal nobody =
                folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(UID);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                Files.setOwner(file, nobody);
            }
        }
    }

    @Test
    void proxiesAndSaysWhatIsNotToBeHad() throws Exception {
        box.started();
        HostState before = HostState.of(site.box());
        assertThat(List.of(box.inside("cat", "/proc/" + box.pid() + "/status")
                        .out()
                        .split("\n")))
                .as("it runs without a right")
                .anyMatch(line -> line.startsWith("Uid:\t" + UID))
                .anyMatch(line -> line.equals("CapEff:\t0000000000000000"));

        for (String proxy : List.of("socks5h://127.0.0.1:2080", "http://127.0.0.1:2080")) {
            Answer answer = box.curl("-x", proxy, "http://" + Site.SERVER + "/");
            assertThat(answer.out()).as(answer.all()).isEqualTo(Site.GREETING);
        }
        assertThat(box.ok("net", "egress")).contains("limited", "CAP_NET_ADMIN");
        assertThat(box.ok("status")).contains("CAP_NET_ADMIN");

        Answer tunnel = box.run("tunnel", "start");
        assertThat(tunnel.exit()).as(tunnel.all()).isEqualTo(1);
        assertThat(tunnel.err())
                .contains("NOT_PERMITTED", "SO_MARK says EPERM", "as root", "start a profile without routes");
        assertThat(HostState.of(site.box())).isEqualTo(before);

        // The administrator has made the device for this user: it opens, and the routes are what is refused.
        NetworkNamespace namespace = site.box();
        namespace.exec("ip", "tuntap", "add", "sluice0", "mode", "tun", "user", UID, "vnet_hdr");
        namespace.exec("ip", "addr", "add", "172.19.0.1/30", "dev", "sluice0");
        namespace.exec("ip", "link", "set", "sluice0", "mtu", "1500", "up");
        HostState prepared = HostState.of(namespace);
        box.ok(
                "conf",
                "apply",
                Files.writeString(box.etc().resolve("proposed.json"), Configs.direct())
                        .toString());
        tunnel = box.run("tunnel", "start");
        assertThat(tunnel.exit()).as(tunnel.all()).isEqualTo(1);
        assertThat(tunnel.err()).contains("CAP_NET_ADMIN");
        assertThat(HostState.of(namespace)).isEqualTo(prepared);
    }
}
