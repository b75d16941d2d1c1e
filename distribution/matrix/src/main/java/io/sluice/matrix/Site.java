package io.sluice.matrix;

import io.sluice.testkit.netns.NetworkNamespace;

/**
 * {@code client – server – far}, joined by veth pairs. The client's namespace has no way to the far end but the server's program: the server's kernel forwards
 * nothing.
 */
final class Site implements AutoCloseable {

    /** Private, RFC 1918: protocols without encryption are refused elsewhere. */
    static final String CLIENT = "10.77.1.1";

    static final String SERVER = "10.77.1.2";

    /** TEST-NET-3, RFC 5737. */
    static final String FAR = "203.0.113.7";

    final NetworkNamespace client = NetworkNamespace.create();
    final NetworkNamespace server = NetworkNamespace.create();
    final NetworkNamespace far = NetworkNamespace.create();

    Site() {
        client.link("up0", CLIENT + "/24", server, "down0", SERVER + "/24");
        server.link("up0", "10.77.2.1/24", far, "down0", "10.77.2.2/24");
        far.exec("ip", "addr", "add", FAR + "/32", "dev", "lo");
        client.exec("ip", "route", "add", "default", "via", SERVER);
        server.exec("ip", "route", "add", "default", "via", "10.77.2.2");
        far.exec("ip", "route", "add", "default", "via", "10.77.2.1");
        server.exec("sysctl", "-qw", "net.ipv4.ip_forward=0");
    }

    @Override
    public void close() {
        client.close();
        server.close();
        far.close();
    }
}
