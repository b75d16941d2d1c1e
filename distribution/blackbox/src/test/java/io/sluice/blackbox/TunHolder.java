package io.sluice.blackbox;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Another program that has a TUN device open. */
final class TunHolder {

    private static final String PROGRAM = """
            import fcntl, os, struct, sys, time
            tun = os.open("/dev/net/tun", os.O_RDWR)
            TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
            fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", sys.argv[1].encode(), IFF_TUN | IFF_NO_PI))
            time.sleep(600)
            """;

    private TunHolder() {}

    static Process start(NetworkNamespace namespace, String name) throws IOException {
        Path output = Files.createTempFile("sluice-holder", ".out");
        output.toFile().deleteOnExit();
        Process holder = namespace.start(output, "python3", "-I", "-c", PROGRAM, name);
        Await.until("a program that holds " + name + ": " + Files.readString(output), () -> there(namespace, name));
        return holder;
    }

    static void end(Process holder, NetworkNamespace namespace, String name) {
        holder.destroyForcibly();
        Await.until("the end of " + name, () -> !there(namespace, name));
    }

    private static boolean there(NetworkNamespace namespace, String name) {
        return namespace.exec("ip", "-br", "link").lines().anyMatch(line -> line.startsWith(name + " "));
    }
}
