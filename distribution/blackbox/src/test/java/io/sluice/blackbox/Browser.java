package io.sluice.blackbox;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openqa.selenium.ImmutableCapabilities;
import org.openqa.selenium.remote.RemoteWebDriver;

/**
 * A headless Chromium in a namespace, driven by its own chromedriver there: both are Debian's, of one version, and nothing is ever downloaded. Closing ends every
 * process of it.
 */
final class Browser implements AutoCloseable {

    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

    /** What chromedriver listens on unless it is told otherwise. */
    private static final int PORT = 9515;

    /** A laptop's screen of the smaller kind. */
    private static final String WINDOW = "1366,768";

    private final Process process;
    private final NamespacePort port;
    private final RemoteWebDriver driver;

    /** @param folder for its profile and its log */
    Browser(NetworkNamespace namespace, Path folder) throws IOException {
        Path log = folder.resolve("chromedriver.log");
        process =
                namespace.start(log, "env", "HOME=" + folder, "TMPDIR=" + folder, DRIVER.toString(), "--port=" + PORT);
        Await.until("chromedriver", () -> {
            if (!process.isAlive()) {
                throw new IllegalStateException("chromedriver ended: " + Files.readString(log));
            }
            return Files.readString(log).contains("started successfully");
        });
        port = new NamespacePort(namespace, PORT);
        driver = new RemoteWebDriver(
                URI.create("http://127.0.0.1:" + port.number()).toURL(), capabilities(), false);
    }

    /** Why no browser can be had, if so. */
    static Optional<String> missing() {
        return Stream.of(CHROMIUM, DRIVER)
                .filter(program -> !Files.isExecutable(program))
                .findFirst()
                .map(program -> program + " is not installed (packages chromium and chromium-driver)");
    }

    /** Root may not have Chromium's sandbox; a container's /dev/shm is too small for it. The rest keeps it from asking anything of anybody by itself. */
    private static ImmutableCapabilities capabilities() {
        List<String> arguments = List.of(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                "--no-proxy-server",
                "--window-size=" + WINDOW);
        return new ImmutableCapabilities(
                "browserName",
                "chrome",
                "goog:chromeOptions",
                Map.of("binary", CHROMIUM.toString(), "args", arguments));
    }

    RemoteWebDriver driver() {
        return driver;
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try {
            driver.quit();
        } finally {
            port.close();
            List<ProcessHandle> rest = process.descendants().toList();
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
            rest.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
