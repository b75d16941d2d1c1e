package io.sluice.dns.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sluice.api.dns.HostDnsSettings;
import io.sluice.testkit.netns.NetworkNamespace;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A resolv.conf that is a mount point, as a container has it: in a mount namespace of the test's own, and never the machine's file. */
@Tag("netns")
class MountedFileTest {

    /** The child: sets the resolver of a folder, shows it, and gives it back. */
    static final class Child {

        private Child() {}

        public static void main(String[] arguments) throws Exception {
            Path etc = Path.of(arguments[0]);
            HostDnsSettings inside = new HostDnsSettings("tun0", List.of(InetAddress.ofLiteral("10.64.0.1")));
            new ResolvConfFile(etc).apply(inside);
            System.out.println("set: " + new ResolvConfFile(etc).holds(inside));
            new ResolvConfFile(etc).restore();
            System.out.println("given back: "
                    + Files.readString(etc.resolve("resolv.conf")).strip());
            System.out.println("saved one: " + Files.exists(etc.resolve(ResolvConfFile.SAVED)));
        }
    }

    @Test
    void isWrittenInPlaceAndComesBack(@TempDir Path folder) throws Exception {
        NetworkNamespace.unavailable().ifPresent(why -> assumeTrue(false, why));
        Path etc = Files.createDirectory(folder.resolve("etc"));
        Path mounted = Files.writeString(folder.resolve("mounted"), "nameserver 192.0.2.53\n");
        Files.writeString(etc.resolve("resolv.conf"), "below the mount\n");
        Path output = folder.resolve("out");
        Process child = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "sh",
                        "-ec",
                        "mount --bind \"$1\" \"$2/resolv.conf\"; exec \"$3\" -cp \"$4\" \"$5\" \"$2\"",
                        "sh",
                        mounted.toString(),
                        etc.toString(),
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        System.getProperty("java.class.path"),
                        Child.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(output).lines())
                .containsExactly("set: true", "given back: nameserver 192.0.2.53", "saved one: false");
        assertThat(mounted).hasContent("nameserver 192.0.2.53\n");
        assertThat(etc.resolve("resolv.conf")).hasContent("below the mount\n");
    }
}
