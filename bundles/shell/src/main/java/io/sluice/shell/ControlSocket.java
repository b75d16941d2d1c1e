package io.sluice.shell;

import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.Commands;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Accepts command sessions on the unix socket; the protocol is in the package's description. */
@Component(service = ControlSocket.class, immediate = true)
public final class ControlSocket {

    /** A person, some scripts and a few watches at once; each session costs two virtual threads. */
    static final int MAX_SESSIONS = 64;

    /** Waiting connects; the default of Linux (net.core.somaxconn before 5.4). */
    private static final int BACKLOG = 128;

    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);

    @Reference(policy = ReferencePolicy.DYNAMIC)
    private volatile List<CommandScope> scopes = List.of();

    private final Semaphore free = new Semaphore(MAX_SESSIONS);
    private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
    private final SocketFile file;
    private final ServerSocketChannel server;

    /** @throws IOException if the socket cannot be made safely; the component then says so in diag */
    @Activate
    public ControlSocket(BundleContext context) throws IOException {
        this(directory(context), List.of());
    }

    ControlSocket(Path directory, List<CommandScope> scopes) throws IOException {
        this.scopes = scopes;
        file = new SocketFile(directory);
        server = file.bind(() -> ServerSocketChannel.open(StandardProtocolFamily.UNIX), BACKLOG);
        Thread.ofVirtual().name("sluice-shell-accept").start(this::accept);
        LOG.info("commands are taken at {}", file.path());
    }

    private static Path directory(BundleContext context) throws IOException {
        String data = context.getProperty("sluice.data");
        if (data == null) {
            throw new IOException("the framework property sluice.data is not set, so there is no place for the socket");
        }
        return Path.of(data, "run");
    }

    @Deactivate
    void stop() throws IOException {
        server.close();
        file.remove();
        for (SocketChannel channel : open) {
            channel.close();
        }
    }

    Path path() {
        return file.path();
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                open.add(channel);
                Thread.ofVirtual().name("sluice-shell-session").start(() -> serve(channel));
            } catch (AsynchronousCloseException e) {
                return;
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warn("a client could not be accepted: {}", e.getMessage());
                if (!pause()) {
                    return;
                }
            }
        }
    }

    /** Out of descriptors, accept fails at once each time: a tenth of a second keeps that from filling the log and a core. */
    private static boolean pause() {
        try {
            Thread.sleep(100);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void serve(SocketChannel channel) {
        boolean admitted = free.tryAcquire();
        try (channel) {
            SocketSession session = new SocketSession(channel);
            if (!file.trusts(channel)) {
                LOG.warn("a client of another user was turned away");
                session.refuse(403, "This socket serves the appliance's own user and root only.");
            } else if (!admitted) {
                session.refuse(503, "Too many sessions are open (" + MAX_SESSIONS + "). End one and try again.");
            } else {
                session.run(new Commands(scopes));
            }
        } catch (IOException e) {
            LOG.debug("a client went away", e);
        } catch (RuntimeException e) {
            LOG.error("a command session failed", e);
        } finally {
            open.remove(channel);
            if (admitted) {
                free.release();
            }
        }
    }
}
