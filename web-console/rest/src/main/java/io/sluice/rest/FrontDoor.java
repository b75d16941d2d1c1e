package io.sluice.rest;

import io.sluice.api.console.WebLogin;
import io.sluice.rest.engine.Access;
import io.sluice.rest.engine.Secrets;
import io.sluice.rest.engine.SecurityHeaders;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Optional;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says where the server listens and holds the credentials. */
@Component(
        service = {FrontDoor.class, WebLogin.class},
        configurationPid = FrontDoor.PID,
        immediate = true)
public final class FrontDoor implements WebLogin {

    static final String PID = "io.sluice.rest";

    /** Felix HTTP's configuration; the server waits for it (org.apache.felix.http.require.config). */
    private static final String SERVER_PID = "org.apache.felix.http";

    /** Registered while the server listens; its property osgi.http.endpoint says where (OSGi Compendium 140.9). */
    private static final String HTTP_RUNTIME = "org.osgi.service.servlet.runtime.HttpServiceRuntime";

    /** OWASP ASVS and slow-request attacks: a header of 8 KiB, half a minute without an octet. */
    private static final int HEADER_OCTETS = 8 << 10;

    private static final int IDLE_MILLIS = 30_000;

    /** Requests served at once; event streams count. */
    private static final int MAX_THREADS = 256;

    private static final Logger LOG = LoggerFactory.getLogger(FrontDoor.class);

    /** The room's configuration. */
    @interface Config {
        /** Address to listen on. Loopback: what is not asked for is not reachable from outside. */
        String listen() default "127.0.0.1";

        /** Port; not 8080, which half of all other programs want. */
        int port() default 9080;
    }

    private final RequestCounters requests = new RequestCounters();
    private final Access access;
    private final URI address;

    @Activate
    public FrontDoor(BundleContext context, Config config, @Reference ConfigurationAdmin admin) throws IOException {
        String data = context.getProperty("sluice.data");
        Secrets secrets = new Secrets(new SecureRandom());
        Optional<String> digest = data == null ? Optional.empty() : TokenFile.digest(Path.of(data), secrets);
        if (data == null) {
            LOG.error("no token is accepted: the framework property sluice.data is not set");
        }
        access = new Access(Clock.systemUTC(), secrets, digest);
        address = address(config);
        claim(context, config);
        Dictionary<String, Object> server = server(config);
        admin.getConfiguration(SERVER_PID, "?").updateIfDifferent(server);
        LOG.info("the web console is at {}", address);
    }

    /**
     * Jetty opens the port later, on a thread of its own, and a failure would be in its log only: so it is asked for here.
     *
     * @throws IOException if somebody else has it; the component then says so in diag, and a change to it is taken back
     */
    private static void claim(BundleContext context, Config config) throws IOException {
        ServiceReference<?> server = context.getServiceReference(HTTP_RUNTIME);
        if (server != null && endpoints(server).contains(":" + config.port() + "/")) {
            return; // our own server has it
        }
        try (ServerSocketChannel probe = ServerSocketChannel.open()) {
            probe.bind(new InetSocketAddress(InetAddress.ofLiteral(config.listen()), config.port()));
        } catch (IOException e) {
            throw new IOException(
                    "the web console cannot listen on " + config.listen() + ":" + config.port() + ": " + e.getMessage()
                            + "; stop what uses the address, or set another api.port",
                    e);
        }
    }

    private static String endpoints(ServiceReference<?> server) {
        return server.getProperty("osgi.http.endpoint") instanceof String[] all ? String.join(" ", all) : "";
    }

    private static Dictionary<String, Object> server(Config config) {
        Dictionary<String, Object> server = new Hashtable<>();
        server.put("org.apache.felix.http.host", config.listen());
        server.put("org.osgi.service.http.port", config.port());
        server.put("org.apache.felix.http.enable", true);
        server.put("org.apache.felix.https.enable", false);
        server.put("org.apache.felix.http.timeout", IDLE_MILLIS);
        server.put("org.apache.felix.http.jetty.headerBufferSize", HEADER_OCTETS);
        server.put("org.apache.felix.http.jetty.requestBufferSize", HEADER_OCTETS);
        server.put("org.apache.felix.http.jetty.sendServerHeader", false);
        server.put("org.apache.felix.http.jetty.virtualthreads.enable", true);
        server.put("org.apache.felix.http.jetty.threadpool.max", MAX_THREADS);
        server.put(
                "org.apache.felix.http.jetty.errorPageCustomHeaders",
                SecurityHeaders.all().entrySet().stream()
                        .map(header -> header.getKey() + "=" + header.getValue())
                        .collect(Collectors.joining("##")));
        return server;
    }

    private static URI address(Config config) {
        InetAddress listen = InetAddress.ofLiteral(config.listen());
        String host = listen.isAnyLocalAddress() ? "127.0.0.1" : listen.getHostAddress();
        return URI.create("http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + config.port() + "/");
    }

    RequestCounters requests() {
        return requests;
    }

    Access access() {
        return access;
    }

    @Override
    public URI address() {
        return address;
    }

    @Override
    public URI newLoginAddress() {
        // A fragment stays in the browser: it reaches no log, no proxy and no Referer.
        return address.resolve("ui/#code=" + access.newCode());
    }

    @Override
    public Duration validity() {
        return Access.CODE_LIFE;
    }
}
