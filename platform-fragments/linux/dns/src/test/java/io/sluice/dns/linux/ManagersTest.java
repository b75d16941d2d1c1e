package io.sluice.dns.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.dns.HostDnsException;
import io.sluice.api.dns.HostDnsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is chosen, and the words that reach the host's programs. The programs are scripts that write their arguments down. */
class ManagersTest {

    /** The loopback: an interface that every host has, and nobody's resolver. */
    private static final HostDnsSettings INSIDE =
            new HostDnsSettings("lo", List.of(InetAddress.ofLiteral("10.64.0.1")), List.of("corp"));

    private static final String STUB = "nameserver 127.0.0.53\noptions edns0 trust-ad\n";

    @TempDir
    private Path folder;

    private Path etc;
    private Path run;
    private Path bin;
    private Path calls;
    private LinuxHostDnsBackend backend;
    private int lo;

    @BeforeEach
    void host() throws IOException {
        etc = Files.createDirectory(folder.resolve("etc"));
        run = Files.createDirectory(folder.resolve("run"));
        bin = Files.createDirectory(folder.resolve("bin"));
        calls = folder.resolve("calls");
        Files.writeString(calls, "");
        backend = new LinuxHostDnsBackend(etc, run, new Programs(List.of(bin, Path.of("/bin"), Path.of("/usr/bin"))));
        lo = NetworkInterface.getByName("lo").getIndex();
    }

    private void program(String name, String body) throws IOException {
        Path file = bin.resolve(name);
        Files.writeString(file, "#!/bin/sh\necho \"" + name + " $*\" >> '" + calls + "'\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private void resolvConf(String text) throws IOException {
        Files.writeString(etc.resolve("resolv.conf"), text);
    }

    @Test
    void resolved_isToldByItsMethods_andTheFileIsLeftAlone() throws Exception {
        resolvConf(STUB);
        program(
                "busctl",
                "case \"$*\" in *DNS\\ Domains*)"
                        + " printf 'a(iay) 1 2 4 10 64 0 1\\na(sb) 2 \"corp\" false \".\" true\\nb true\\n';; esac");
        backend.apply(INSIDE);
        assertThat(backend.manager()).isEqualTo("systemd-resolved");
        String manager = "org.freedesktop.resolve1 /org/freedesktop/resolve1 org.freedesktop.resolve1.Manager";
        assertThat(Files.readAllLines(calls))
                .containsExactly(
                        "busctl --timeout=5 get-property " + manager + " LLMNR",
                        "busctl --timeout=5 call " + manager + " SetLinkDNS ia(iay) " + lo + " 1 2 4 10 64 0 1",
                        "busctl --timeout=5 call " + manager + " SetLinkDomains ia(sb) " + lo + " 2 corp false . true",
                        "busctl --timeout=5 call " + manager + " SetLinkDefaultRoute ib " + lo + " true",
                        "busctl --timeout=5 call " + manager + " FlushCaches");
        assertThat(backend.holds(INSIDE)).isTrue();
        assertThat(etc.resolve("resolv.conf")).hasContent(STUB);

        Files.writeString(calls, "");
        assertThat(new LinuxHostDnsBackend(etc, run, new Programs(List.of(bin))).restore())
                .as("by a successor that remembers nothing")
                .isTrue();
        assertThat(Files.readAllLines(calls))
                .containsExactly(
                        "busctl --timeout=5 call " + manager + " RevertLink i " + lo,
                        "busctl --timeout=5 call " + manager + " FlushCaches");
        assertThat(run).isEmptyDirectory();
    }

    @Test
    void resolvedRefuses_itsLinkIsRevertedAndItsWordsAreTold() throws Exception {
        resolvConf(STUB);
        program("busctl", "case \"$*\" in *SetLinkDomains*) echo 'Call failed: Access denied'; exit 1;; esac");
        assertThatThrownBy(() -> backend.apply(INSIDE))
                .isInstanceOf(HostDnsException.class)
                .hasMessageContaining("systemd-resolved did not take")
                .hasMessageContaining("Access denied");
        assertThat(Files.readString(calls)).contains("RevertLink i " + lo);
    }

    @Test
    void stubWithoutAnswer_fallsBackToTheFile() throws Exception {
        resolvConf(STUB);
        program("busctl", "exit 1");
        backend.apply(INSIDE);
        assertThat(backend.manager()).isEqualTo("resolv.conf");
        assertThat(Files.readString(etc.resolve("resolv.conf"))).contains("nameserver 10.64.0.1");
        assertThat(backend.restore()).isTrue();
        assertThat(etc.resolve("resolv.conf")).hasContent(STUB);
    }

    @Test
    void openresolv_hasARecordOfOurs_andItsFileIsWatched() throws Exception {
        resolvConf("# Generated by resolvconf\nnameserver 192.0.2.53\n");
        Path record = folder.resolve("record");
        program(
                "resolvconf",
                "case \"$1\" in --version) echo 'openresolv 3.12.0';; -a) cat > '" + record
                        + "'; (echo '# Generated by resolvconf'; cat '" + record + "') > '"
                        + etc.resolve("resolv.conf") + "';; -l) cat '" + record + "' 2>/dev/null;; -f) rm '" + record
                        + "'; printf '# Generated by resolvconf\\nnameserver 192.0.2.53\\n' > '"
                        + etc.resolve("resolv.conf") + "';; esac");
        backend.apply(INSIDE);
        assertThat(backend.manager()).isEqualTo("openresolv");
        assertThat(Files.readAllLines(calls)).contains("resolvconf -a tun.sluice -m 0 -x");
        assertThat(record).hasContent("nameserver 10.64.0.1\nsearch corp\n");
        assertThat(backend.holds(INSIDE)).isTrue();
        resolvConf("# Generated by resolvconf\nnameserver 198.51.100.53\n");
        assertThat(backend.holds(INSIDE)).isFalse();
        backend.apply(INSIDE);
        assertThat(backend.holds(INSIDE)).isTrue();

        assertThat(new LinuxHostDnsBackend(etc, run, new Programs(List.of(bin, Path.of("/bin")))).restore())
                .isTrue();
        assertThat(Files.readAllLines(calls)).contains("resolvconf -f -d tun.sluice");
        assertThat(etc.resolve("resolv.conf")).content().contains("192.0.2.53");
        assertThat(backend.restore()).isFalse();
    }

    @Test
    void another_takesTheResolverOver_oursFollows() throws Exception {
        resolvConf("nameserver 192.0.2.53\n");
        backend.apply(INSIDE);
        assertThat(backend.manager()).isEqualTo("resolv.conf");
        // systemd-resolved is installed and started while the tunnel is up.
        program("busctl", "");
        resolvConf(STUB);
        backend.apply(INSIDE);
        assertThat(backend.manager()).isEqualTo("systemd-resolved");
        assertThat(etc.resolve(ResolvConfFile.SAVED)).doesNotExist();
        assertThat(etc.resolve("resolv.conf")).hasContent(STUB);
    }

    @Test
    void awaitChange_returnsWhenTheFileIsWritten() throws Exception {
        resolvConf("nameserver 192.0.2.53\n");
        backend.apply(INSIDE);
        for (int i = 0; i < 3; i++) {
            Thread waiting = Thread.ofVirtual().start(() -> {
                try {
                    backend.awaitChange();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            resolvConf("nameserver 198.51.100.53\n");
            assertThat(waiting.join(java.time.Duration.ofSeconds(30))).isTrue();
        }
        backend.deactivate();
        assertThatThrownBy(backend::awaitChange).isInstanceOf(InterruptedException.class);
    }
}
