package io.sluice.dns.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.dns.HostDnsException;
import io.sluice.api.dns.HostDnsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a folder like /etc looks like at every step, also where a crash or somebody else comes in between. */
class ResolvConfFileTest {

    private static final String HOSTS_OWN = "nameserver 192.0.2.53\nsearch lan\n";
    private static final HostDnsSettings INSIDE = new HostDnsSettings(
            "tun0", List.of(InetAddress.ofLiteral("10.64.0.1"), InetAddress.ofLiteral("fd00::53")), List.of("corp"));
    private static final String OURS =
            ResolvConfFile.MARK + "nameserver 10.64.0.1\nnameserver fd00:0:0:0:0:0:0:53\nsearch corp\n";

    @TempDir
    private Path etc;

    private Path file;
    private ResolvConfFile resolver;

    @BeforeEach
    void folder() {
        file = etc.resolve("resolv.conf");
        resolver = new ResolvConfFile(etc);
    }

    private TreeMap<String, String> picture() throws IOException {
        TreeMap<String, String> picture = new TreeMap<>();
        try (Stream<Path> files = Files.list(etc)) {
            for (Path one : files.toList()) {
                picture.put(
                        one.getFileName().toString(),
                        Files.isSymbolicLink(one)
                                ? "-> " + Files.readSymbolicLink(one)
                                : PosixFilePermissions.toString(Files.getPosixFilePermissions(one)) + " "
                                        + Files.readString(one));
            }
        }
        return picture;
    }

    @Test
    void file_isReplacedAndComesBackAsItWas() throws Exception {
        Files.writeString(file, HOSTS_OWN);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        var before = picture();
        resolver.apply(INSIDE);
        assertThat(file).hasContent(OURS);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r--r--");
        assertThat(resolver.holds(INSIDE)).isTrue();
        resolver.apply(INSIDE);
        assertThat(new ResolvConfFile(etc).restore()).isTrue();
        assertThat(picture()).isEqualTo(before);
        assertThat(resolver.restore()).isFalse();
    }

    @Test
    void link_isReplacedNotFollowed_andComesBackAsALink() throws Exception {
        Path elsewhere = Files.createDirectory(etc.resolve("run")).resolve("stub-resolv.conf");
        Files.writeString(elsewhere, HOSTS_OWN);
        Files.createSymbolicLink(file, Path.of("run/stub-resolv.conf"));
        resolver.apply(INSIDE);
        assertThat(Files.isSymbolicLink(file)).isFalse();
        assertThat(elsewhere).hasContent(HOSTS_OWN);
        assertThat(resolver.restore()).isTrue();
        assertThat(Files.readSymbolicLink(file)).hasToString("run/stub-resolv.conf");
    }

    @Test
    void linkIntoNothing_comesBack() throws Exception {
        Files.createSymbolicLink(file, Path.of("/nowhere/resolv.conf"));
        var before = picture();
        resolver.apply(INSIDE);
        assertThat(file).hasContent(OURS);
        assertThat(resolver.restore()).isTrue();
        assertThat(picture()).isEqualTo(before);
    }

    @Test
    void none_isNoneAfterwards_evenWithAnOldSavedOne() throws Exception {
        Files.writeString(etc.resolve(ResolvConfFile.SAVED), "of long ago");
        resolver.apply(INSIDE);
        assertThat(resolver.restore()).isTrue();
        assertThat(picture()).isEmpty();
    }

    @Test
    void overwritten_theNewerOneComesBack() throws Exception {
        Files.writeString(file, HOSTS_OWN);
        resolver.apply(INSIDE);
        Files.writeString(file, "nameserver 198.51.100.53\n");
        assertThat(resolver.holds(INSIDE)).isFalse();
        resolver.apply(INSIDE);
        assertThat(file).hasContent(OURS);
        assertThat(resolver.restore()).isTrue();
        assertThat(file).hasContent("nameserver 198.51.100.53\n");
    }

    @Test
    void overwrittenAndThenRestored_theNewerOneStays() throws Exception {
        Files.writeString(file, HOSTS_OWN);
        resolver.apply(INSIDE);
        Files.writeString(file, "nameserver 198.51.100.53\n");
        assertThat(resolver.restore()).isTrue();
        assertThat(file).hasContent("nameserver 198.51.100.53\n");
        assertThat(etc.resolve(ResolvConfFile.SAVED)).doesNotExist();
    }

    /** A crash while the file was written in place, after any number of octets. */
    @Test
    void cutOffAnywhere_theSavedOneComesBack() throws Exception {
        for (int length = 0; length <= OURS.length(); length++) {
            Files.writeString(file, OURS.substring(0, length));
            Files.writeString(etc.resolve(ResolvConfFile.SAVED), HOSTS_OWN);
            assertThat(new ResolvConfFile(etc).restore()).isTrue();
            assertThat(picture()).as("cut off at %d", length).containsOnlyKeys("resolv.conf");
            assertThat(file).hasContent(HOSTS_OWN);
        }
    }

    /** A crash between saving and replacing, and one that left the fresh file behind. */
    @Test
    void crashBeforeReplacing_theHostsOwnStays() throws Exception {
        Files.writeString(file, HOSTS_OWN);
        Files.writeString(etc.resolve(ResolvConfFile.SAVED), HOSTS_OWN);
        Files.writeString(etc.resolve(".resolv.conf.sluice"), "name");
        assertThat(resolver.restore()).isTrue();
        assertThat(file).hasContent(HOSTS_OWN);
        resolver.apply(INSIDE);
        assertThat(file).hasContent(OURS);
        assertThat(picture()).containsOnlyKeys("resolv.conf", ResolvConfFile.SAVED);
    }

    @Test
    void emptyFileOfTheHost_comesBackEmpty() throws Exception {
        Files.writeString(file, "");
        resolver.apply(INSIDE);
        assertThat(resolver.restore()).isTrue();
        assertThat(file).isEmptyFile();
    }

    @Test
    void refused_saysWhatAndLeavesItAsItWas() throws Exception {
        Files.createDirectory(file);
        assertThatThrownBy(() -> resolver.apply(INSIDE))
                .isInstanceOf(HostDnsException.class)
                .hasMessageContaining("resolv.conf could not be written")
                .hasMessageContaining("needs root");
        assertThat(file).isDirectory();
    }
}
