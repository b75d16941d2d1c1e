package io.sluice.netlink.linux;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** The TUN interfaces that this process has open, whoever opened them: the kernel names them in fdinfo (drivers/net/tun.c, tun_chr_show_fdinfo). */
public final class OwnTunnels {

    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
    private static final Path DETAILS = Path.of("/proc/self/fdinfo");
    private static final Path NODE = Path.of("/dev/net/tun");
    private static final String INTERFACE = "iff:";

    private OwnTunnels() {}

    public static Set<String> names() throws IOException {
        Set<String> names = new HashSet<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(DESCRIPTORS)) {
            for (Path descriptor : descriptors) {
                addName(descriptor, names);
            }
        }
        return names;
    }

    private static void addName(Path descriptor, Set<String> names) {
        try {
            if (!Files.readSymbolicLink(descriptor).equals(NODE)) {
                return;
            }
            for (String line : Files.readAllLines(DETAILS.resolve(descriptor.getFileName()))) {
                if (line.startsWith(INTERFACE)) {
                    names.add(line.substring(INTERFACE.length()).strip());
                }
            }
        } catch (IOException _) {
            // It was closed meanwhile, so it is no tunnel of ours any more.
        }
    }
}
