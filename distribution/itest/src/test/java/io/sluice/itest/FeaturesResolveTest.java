package io.sluice.itest;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import io.sluice.api.route.RouteManager;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.inject.Inject;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.framework.wiring.FrameworkWiring;

/** Rule R16: every feature resolves, every component finds what it needs, and fragments for other platforms hold nobody back. */
@RunWith(ApplianceRunner.class)
@ExamReactorStrategy(PerClass.class)
public class FeaturesResolveTest {

    @Inject
    public BundleContext context;

    @Configuration
    public static Option[] appliance() throws IOException {
        return Distribution.with(World.CONFIGURATION);
    }

    @Test
    public void everyBundleOfEveryFeatureIsAtWork() {
        int own = 0;
        for (Bundle bundle : new Appliance(context).bundles()) {
            int wanted = Appliance.isFragment(bundle) ? Bundle.RESOLVED : Bundle.ACTIVE;
            assertEquals(bundle.getSymbolicName() + " of " + bundle.getLocation(), wanted, bundle.getState());
            own += bundle.getSymbolicName().startsWith("io.sluice.") ? 1 : 0;
        }
        assertTrue("only " + own + " bundles of our own", own >= 18);
        System.out.println(
                "R16: " + new Appliance(context).bundles().size() + " bundles at work, " + own + " of them ours");
    }

    @Test
    public void everyComponentIsSatisfied() throws Exception {
        Appliance appliance = new Appliance(context);
        World.around(appliance);
        Appliance.await(
                "every component is satisfied",
                () -> ours(appliance).values().stream().allMatch("satisfied"::equals),
                () -> ours(appliance).toString());
        System.out.println("R16: " + ours(appliance).size() + " components satisfied");
    }

    /** The library is loaded, and the one place of Netty's engine that the layer reaches for is where it was. */
    @Test
    public void tlsOfOutboundsIsNative() throws Exception {
        Appliance appliance = new Appliance(context);
        Class<?> library = appliance.bundle("io.netty.handler").loadClass("io.netty.handler.ssl.OpenSsl");
        assertNull(library.getMethod("unavailabilityCause").invoke(null));
        Method toBeHad = appliance
                .bundle("io.sluice.transport.tls")
                .loadClass("io.sluice.transport.tls.HalfClose")
                .getDeclaredMethod("isToBeHad");
        toBeHad.setAccessible(true);
        assertEquals(true, toBeHad.invoke(null));
    }

    private static Map<String, String> ours(Appliance appliance) {
        Map<String, String> components = appliance.components();
        components.keySet().removeIf(name -> !name.startsWith("io.sluice."));
        return components;
    }

    @Test
    public void fragmentsForOtherPlatformsHoldNobodyBack() throws Exception {
        Appliance appliance = new Appliance(context);
        Bundle route = appliance.bundle("io.sluice.route");
        Bundle mac = install("macosx");
        Bundle windows = install("win32");
        try {
            appliance.refresh(List.of(route));
            assertFalse(context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION)
                    .adapt(FrameworkWiring.class)
                    .resolveBundles(List.of(mac, windows, route)));

            assertEquals(Bundle.INSTALLED, mac.getState());
            assertEquals(Bundle.INSTALLED, windows.getState());
            assertEquals(Bundle.ACTIVE, route.getState());
            List<String> attached = route.adapt(BundleWiring.class).getProvidedWires("osgi.wiring.host").stream()
                    .map(wire -> wire.getRequirer().getSymbolicName())
                    .toList();
            assertEquals(List.of("io.sluice.route.linux"), attached);
            Appliance.await("the route room serves", () -> appliance.has(RouteManager.class));
        } finally {
            mac.uninstall();
            windows.uninstall();
        }
    }

    private Bundle install(String platform) throws Exception {
        Manifest manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        headers.putValue(Constants.BUNDLE_SYMBOLICNAME, "io.sluice.route." + platform);
        headers.putValue(Constants.FRAGMENT_HOST, "io.sluice.route");
        headers.putValue(
                Constants.REQUIRE_CAPABILITY, "osgi.native;filter:=\"(osgi.native.osname~=" + platform + ")\"");
        ByteArrayOutputStream jar = new ByteArrayOutputStream();
        new JarOutputStream(jar, manifest).close();
        return context.installBundle("itest:" + platform, new ByteArrayInputStream(jar.toByteArray()));
    }
}
