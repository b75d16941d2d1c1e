package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Optional;

/** A second proxy server on the proxy's host, by another hand: microsocks, which knows streams only. Once started it stays. */
final class SecondProxy implements AutoCloseable {

    private final NetworkNamespace host;
    private final Path folder;
    private Optional<Process> process = Optional.empty();

    SecondProxy(NetworkNamespace host, Path folder) {
        this.host = host;
        this.folder = folder;
    }

    /** It listens when this returns. */
    synchronized void start() throws IOException {
        if (process.filter(Process::isAlive).isPresent()) {
            return;
        }
        process = Optional.of(host.start(
                folder.resolve("microsocks.log"),
                "microsocks",
                "-i",
                Places.RELAY4,
                "-b",
                Places.RELAY4,
                "-p",
                Integer.toString(Places.SECOND_PORT),
                "-u",
                GatewayConfig.USER,
                "-P",
                GatewayConfig.PASSWORD));
        Waiting.until("the second proxy server", () -> Lab.onThread(host, this::listens));
    }

    private boolean listens() {
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(Places.RELAY4, Places.SECOND_PORT), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public synchronized void close() {
        process.ifPresent(Process::destroyForcibly);
    }
}
