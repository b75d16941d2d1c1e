package io.sluice.dns.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.dns.HostDnsSettings;
import io.sluice.testkit.crash.Crash;
import io.sluice.testkit.crash.DiskRecorder;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A crash at any octet and step while the host's resolver is set, set again and given back; then what a start does. */
class ResolvConfFile_CrashTest {

    private static final String HOSTS_OWN = "nameserver 192.0.2.53\nsearch lan\n";
    private static final HostDnsSettings INSIDE =
            new HostDnsSettings("tun0", List.of(InetAddress.ofLiteral("10.64.0.1")), List.of("corp"));
    private static final HostDnsSettings OTHERS =
            new HostDnsSettings("tun0", List.of(InetAddress.ofLiteral("10.64.0.2")), List.of());

    @TempDir
    private Path folder;

    private Path disk;

    @BeforeEach
    void disk() throws IOException {
        disk = Files.createDirectory(folder.resolve("disk"));
    }

    @Test
    void file_isTheHostsAgain() throws Exception {
        Files.writeString(disk.resolve("resolv.conf"), HOSTS_OWN);
        everywhere();
    }

    @Test
    void link_isTheHostsAgain() throws Exception {
        Files.createSymbolicLink(disk.resolve("resolv.conf"), Path.of("../run/stub-resolv.conf"));
        everywhere();
    }

    @Test
    void none_isGoneAgain() throws Exception {
        everywhere();
    }

    private static Optional<String> resolver(Path etc) throws IOException {
        Path file = etc.resolve("resolv.conf");
        if (Files.isSymbolicLink(file)) {
            return Optional.of("-> " + Files.readSymbolicLink(file));
        }
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS) ? Optional.of(Files.readString(file)) : Optional.empty();
    }

    private void everywhere() throws Exception {
        Optional<String> before = resolver(disk);
        DiskRecorder recorder = new DiskRecorder(disk);
        ResolvConfFile file = new ResolvConfFile(recorder.folder());
        file.apply(INSIDE);
        file.apply(OTHERS);
        file.restore();
        assertThat(resolver(disk)).isEqualTo(before);

        Path left = folder.resolve("left");
        for (Crash crash : recorder.crashes()) {
            crash.layOut(left);
            new ResolvConfFile(new DiskRecorder(left).folder()).restore();
            assertThat(resolver(left)).as(crash.toString()).isEqualTo(before);

            crash.layOut(left);
            ResolvConfFile again = new ResolvConfFile(new DiskRecorder(left).folder());
            again.apply(INSIDE);
            assertThat(again.holds(INSIDE)).as(crash.toString()).isTrue();
            again.restore();
            assertThat(resolver(left)).as("set again, %s", crash).isEqualTo(before);
        }
    }
}
