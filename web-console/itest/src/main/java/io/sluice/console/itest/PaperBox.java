package io.sluice.console.itest;

import io.sluice.api.config.ConfigStore;
import io.sluice.api.console.WebLogin;
import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.inbound.Inbound;
import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.outbound.Outbound;
import io.sluice.api.policy.OutboundSelector;
import io.sluice.api.tunnel.TunnelController;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.osgi.service.cm.ConfigurationAdmin;

/** A framework with every bundle of the class path in it but the contracts, which the framework gives out itself so that a test shares them. */
public final class PaperBox implements AutoCloseable {

    public final PaperRooms.Tunnel tunnel = new PaperRooms.Tunnel();
    public final PaperRooms.Flows flows = new PaperRooms.Flows();
    public final PaperRooms.Policy policy = new PaperRooms.Policy();
    public final PaperRooms.Config config = new PaperRooms.Config();
    public final PaperKillSwitch killSwitch = new PaperKillSwitch();

    private final Framework framework;
    private final Path data;

    /**
     * @param port of the web console
     * @param console whether the local console is on
     */
    public PaperBox(Path directory, int port, boolean console) throws BundleException, IOException {
        data = directory.resolve("data");
        Map<String, String> properties = new HashMap<>();
        properties.put(Constants.FRAMEWORK_STORAGE, directory.resolve("cache").toString());
        properties.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, contracts());
        properties.put("sluice.data", data.toString());
        properties.put("sluice.etc", directory.resolve("etc").toString());
        properties.put("sluice.console", Boolean.toString(console));
        properties.put("org.apache.felix.http.require.config", "true");
        framework = new FrameworkFactory().newFramework(properties);
        framework.start();
        List<Bundle> installed = new ArrayList<>();
        for (Path jar : bundles()) {
            installed.add(context().installBundle("reference:" + jar.toUri()));
        }
        for (Bundle bundle : installed) {
            if (bundle.getHeaders("").get(Constants.FRAGMENT_HOST) == null) {
                bundle.start();
            }
        }
        configure("io.sluice.rest", Map.of("port", port));
    }

    public BundleContext context() {
        return framework.getBundleContext();
    }

    public Path data() {
        return data;
    }

    public Path socket() {
        return data.resolve("run").resolve("sluice.sock");
    }

    public void configure(String pid, Map<String, ?> values) throws IOException {
        ConfigurationAdmin admin = service(ConfigurationAdmin.class);
        admin.getConfiguration(pid, "?").update(new Hashtable<>(values));
    }

    /** Registers every paper room. */
    public void furnish() {
        register(TunnelController.class, tunnel);
        register(FlowTable.class, flows);
        register(OutboundSelector.class, policy);
        register(ConfigStore.class, config);
        register(KillSwitch.class, killSwitch);
        register(EgressBinder.class, new PaperRooms.Egress());
    }

    public <T> void register(Class<T> contract, T room) {
        Dictionary<String, Object> properties = new Hashtable<>();
        context().registerService(contract, room, properties);
    }

    public void exit(String tag, String type, String description) {
        register(Outbound.class, new PaperRooms.Exit(tag, type, description));
    }

    public void door(String tag, String type, int port) {
        register(Inbound.class, new PaperRooms.Door(tag, type, port));
    }

    /** The bundle of this name. */
    public Bundle bundle(String name) {
        for (Bundle bundle : context().getBundles()) {
            if (name.equals(bundle.getSymbolicName())) {
                return bundle;
            }
        }
        throw new IllegalArgumentException("there is no bundle " + name);
    }

    public String loginAddress() {
        return service(WebLogin.class).newLoginAddress().toString();
    }

    /** The service, as soon as it is there. The class is the framework's own, so what wires say of it does not matter. */
    public <T> T service(Class<T> contract) {
        await(contract.getSimpleName(), () -> references(contract).length > 0);
        return contract.cast(context().getService(references(contract)[0]));
    }

    private ServiceReference<?>[] references(Class<?> contract) {
        try {
            ServiceReference<?>[] found = context().getAllServiceReferences(contract.getName(), null);
            return found == null ? new ServiceReference<?>[0] : found;
        } catch (org.osgi.framework.InvalidSyntaxException e) {
            throw new IllegalStateException("no filter was given", e);
        }
    }

    /** Waits for a condition; fails after 30 s with what was awaited. */
    public static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited 30 s for " + what);
            }
            Thread.onSpinWait();
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted waiting for " + what, e);
            }
        }
    }

    private static List<Path> bundles() throws IOException {
        List<Path> jars = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.endsWith(".jar")) {
                continue;
            }
            try (JarFile jar = new JarFile(entry)) {
                Manifest manifest = jar.getManifest();
                String name =
                        manifest == null ? null : manifest.getMainAttributes().getValue("Bundle-SymbolicName");
                if (name != null && wanted(name.split(";")[0].strip())) {
                    jars.add(Path.of(entry));
                }
            }
        }
        return jars;
    }

    private static boolean wanted(String name) {
        return name.startsWith("org.apache.felix.")
                        && !name.equals("org.apache.felix.framework")
                        && !name.equals("org.apache.felix.http.base")
                || name.startsWith("org.osgi.util.")
                || name.equals("org.osgi.service.component")
                || name.equals("org.osgi.service.servlet")
                || name.startsWith("org.apache.commons.")
                || name.equals("org.jline")
                || name.startsWith("org.jline.")
                || name.equals("jline")
                || name.equals("com.fasterxml.jackson.core.jackson-core")
                || name.equals("io.sluice.shell")
                || name.equals("io.sluice.rest")
                || name.equals("io.sluice.ui");
    }

    /** The contracts, SLF4J and what the contracts name of Netty, with the versions they have. */
    private static String contracts() throws IOException {
        StringBuilder packages = new StringBuilder();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (!entry.endsWith(".jar")) {
                continue;
            }
            try (JarFile jar = new JarFile(entry)) {
                Manifest manifest = jar.getManifest();
                String name =
                        manifest == null ? null : manifest.getMainAttributes().getValue("Bundle-SymbolicName");
                if (name != null
                        && (name.equals("io.sluice.api")
                                || name.startsWith("slf4j.api")
                                || name.startsWith("io.netty."))) {
                    // Without uses: the framework's own class loader has them all.
                    String exported = manifest.getMainAttributes()
                            .getValue("Export-Package")
                            .replaceAll(";uses:=\"[^\"]*\"", "");
                    packages.append(packages.isEmpty() ? "" : ",").append(exported);
                }
            }
        }
        // Their bundles import what they export, so all sides share the classes of the framework.
        return packages + ",org.osgi.service.cm;version=1.6,org.apache.felix.service.command;version=1.0.0";
    }

    @Override
    public void close() throws BundleException {
        framework.stop();
        try {
            framework.waitForStop(20_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs a box with moving contents for looking at: {@code PaperBox DIRECTORY PORT [console]}. */
    public static void main(String[] args) throws Exception {
        Path directory = Files.createDirectories(Path.of(args[0]));
        PaperBox box = new PaperBox(directory, Integer.parseInt(args[1]), args.length > 2);
        box.furnish();
        MovingPicture.in(box);
        if (args.length == 2) {
            System.out.println(box.loginAddress());
        }
        box.framework.waitForStop(0);
    }
}
