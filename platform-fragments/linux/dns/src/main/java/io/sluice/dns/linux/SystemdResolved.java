package io.sluice.dns.linux;

import io.sluice.api.dns.HostDnsException;
import io.sluice.api.dns.HostDnsSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * systemd-resolved, where programs ask its stub: the tunnel's link gets the servers and the routing domain {@code ~.}, so that every name is asked there and
 * nowhere else (systemd-resolved.service(8), "Protocols and routing"). The setting belongs to the link and vanishes with it; for a device that outlives us its
 * name is kept in a file under {@code /run}.
 *
 * <p>Spoken to over D-Bus by {@code busctl}, which comes with it: a resolver is set once a start, so a process of some milliseconds does not matter.
 */
final class SystemdResolved implements ResolverManager {

    static final String LINK = "sluice-resolved-link";

    /** Addresses of its stub: systemd-resolved.service(8). */
    private static final Set<String> STUB = Set.of("127.0.0.53", "127.0.0.54");

    private static final String SERVICE = "org.freedesktop.resolve1";
    private static final String MANAGER = SERVICE + ".Manager";
    private static final String ROOT = "/org/freedesktop/resolve1";

    /** From sys/socket.h. */
    private static final int AF_INET = 2;

    private static final int AF_INET6 = 10;

    private final Programs programs;
    private final ResolvConfFile file;
    private final Path run;

    /**
     * @param file to see whether programs ask the stub
     * @param run {@code /run}, which a restart of the host empties, as it does the links
     */
    SystemdResolved(Programs programs, ResolvConfFile file, Path run) {
        this.programs = programs;
        this.file = file;
        this.run = run;
    }

    @Override
    public String name() {
        return "systemd-resolved";
    }

    @Override
    public boolean inCharge() {
        try {
            List<String> servers = ResolvConf.servers(file.read());
            return !servers.isEmpty()
                    && STUB.containsAll(servers)
                    && programs.find("busctl").isPresent()
                    && programs.tryRun("", "busctl", "--timeout=5", "get-property", SERVICE, ROOT, MANAGER, "LLMNR")
                                    .exit()
                            == 0;
        } catch (IOException | HostDnsException e) {
            return false;
        }
    }

    @Override
    public void apply(HostDnsSettings settings) throws HostDnsException {
        String link = Integer.toString(index(settings.tunnelInterface())
                .orElseThrow(() -> new HostDnsException(
                        "there is no interface " + settings.tunnelInterface() + " to set name servers for")));
        try {
            Files.writeString(run.resolve(LINK), settings.tunnelInterface());
        } catch (IOException e) {
            throw new HostDnsException(run.resolve(LINK) + " could not be written: " + e.getMessage(), e);
        }
        try {
            call("SetLinkDNS", "ia(iay)", link, addresses(settings));
            call("SetLinkDomains", "ia(sb)", link, domains(settings));
            call("SetLinkDefaultRoute", "ib", link, List.of("true"));
            // What was learnt from the network's own servers is not to be answered any more.
            call("FlushCaches", "", "", List.of());
        } catch (HostDnsException e) {
            revert(link, e);
            throw new HostDnsException(
                    "systemd-resolved did not take the name servers: " + e.getMessage()
                            + "; it needs root and a running systemd-resolved",
                    e);
        }
    }

    private void revert(String link, HostDnsException cause) {
        try {
            call("RevertLink", "i", link, List.of());
        } catch (HostDnsException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public boolean holds(HostDnsSettings settings) throws HostDnsException {
        Optional<Integer> link = index(settings.tunnelInterface());
        if (link.isEmpty() || !stubIsAsked()) {
            return false;
        }
        Programs.Answer answer = programs.tryRun(
                "",
                "busctl",
                "--timeout=5",
                "get-property",
                SERVICE,
                object(link.get()),
                SERVICE + ".Link",
                "DNS",
                "Domains",
                "DefaultRoute");
        return answer.exit() == 0
                && answer.said()
                        .lines()
                        .toList()
                        .equals(List.of(
                                "a(iay) " + String.join(" ", addresses(settings)),
                                "a(sb) " + quoted(domains(settings)),
                                "b true"));
    }

    private boolean stubIsAsked() throws HostDnsException {
        try {
            return STUB.containsAll(ResolvConf.servers(file.read()));
        } catch (IOException e) {
            throw new HostDnsException("resolv.conf cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public boolean restore() throws HostDnsException {
        Path remembered = run.resolve(LINK);
        try {
            if (!Files.exists(remembered)) {
                return false;
            }
            Optional<Integer> link = index(Files.readString(remembered).strip());
            if (link.isPresent()) {
                call("RevertLink", "i", Integer.toString(link.get()), List.of());
            }
            call("FlushCaches", "", "", List.of());
            Files.delete(remembered);
            return true;
        } catch (IOException e) {
            throw new HostDnsException(remembered + " cannot be read or removed: " + e.getMessage(), e);
        }
    }

    @Override
    public List<Path> folders() {
        return List.of(file.etc(), run.resolve("systemd/resolve"), run.resolve("systemd/resolve/netif"));
    }

    /** It keeps each link's setting in a file of those folders, so this is a second look only: one process. */
    @Override
    public Duration look() {
        return Duration.ofSeconds(10);
    }

    private void call(String method, String signature, String link, List<String> arguments) throws HostDnsException {
        List<String> words = new ArrayList<>(List.of("busctl", "--timeout=5", "call", SERVICE, ROOT, MANAGER, method));
        if (!signature.isEmpty()) {
            words.add(signature);
            words.add(link);
        }
        words.addAll(arguments);
        programs.run("", words.toArray(String[]::new));
    }

    /** An array of (family, octets), as busctl(1) takes it and prints it: every count before what it counts. */
    private static List<String> addresses(HostDnsSettings settings) {
        List<String> words =
                new ArrayList<>(List.of(Integer.toString(settings.servers().size())));
        for (InetAddress server : settings.servers()) {
            byte[] octets = server.getAddress();
            words.add(Integer.toString(octets.length == 4 ? AF_INET : AF_INET6));
            words.add(Integer.toString(octets.length));
            for (byte octet : octets) {
                words.add(Integer.toString(octet & 0xff));
            }
        }
        return words;
    }

    /** An array of (domain, only for routing). */
    private static List<String> domains(HostDnsSettings settings) {
        List<String> words = new ArrayList<>(
                List.of(Integer.toString(settings.searchDomains().size() + 1)));
        for (String domain : settings.searchDomains()) {
            words.addAll(List.of(domain, "false"));
        }
        words.addAll(List.of(".", "true"));
        return words;
    }

    private static String quoted(List<String> words) {
        StringBuilder text = new StringBuilder(words.getFirst());
        for (int i = 1; i < words.size(); i += 2) {
            text.append(" \"").append(words.get(i)).append("\" ").append(words.get(i + 1));
        }
        return text.toString();
    }

    /** A label that begins with a digit has that digit escaped: sd_bus_path_encode(3). */
    private static String object(int link) {
        String digits = Integer.toString(link);
        return ROOT + "/link/_" + Integer.toHexString(digits.charAt(0)) + digits.substring(1);
    }

    private static Optional<Integer> index(String name) throws HostDnsException {
        try {
            return Optional.ofNullable(NetworkInterface.getByName(name)).map(NetworkInterface::getIndex);
        } catch (IOException e) {
            throw new HostDnsException("the interfaces cannot be read: " + e.getMessage(), e);
        }
    }
}
