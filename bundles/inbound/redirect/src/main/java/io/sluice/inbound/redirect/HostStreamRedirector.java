package io.sluice.inbound.redirect;

import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.inbound.Inbound;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.redirect.RedirectException;
import io.sluice.api.redirect.RedirectSet;
import io.sluice.api.redirect.StreamRedirector;
import io.sluice.inbound.redirect.spi.Capture;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Hashtable;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Redirects for the tunnel, to a listener on a port that the kernel chooses. While it listens it is an {@link Inbound} for people to see. */
@Component(service = StreamRedirector.class)
public final class HostStreamRedirector implements StreamRedirector {

    private static final Logger LOG = LoggerFactory.getLogger(HostStreamRedirector.class);

    private final BundleContext bundle;
    private final EventLoops loops;
    private final Captures captures;
    private Optional<RedirectSet> current = Optional.empty();
    private RedirectDoor door;
    private ServiceRegistration<Inbound> registration;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile FlowAcceptor flows;

    @Activate
    public HostStreamRedirector(BundleContext bundle, @Reference EventLoops loops, @Reference Captures captures) {
        this.bundle = bundle;
        this.loops = loops;
        this.captures = captures;
    }

    @Deactivate
    void deactivate() {
        try {
            clear();
        } catch (RedirectException e) {
            LOG.warn("{}", e.getMessage());
        }
    }

    @Override
    public synchronized void set(RedirectSet wanted) throws RedirectException {
        boolean fresh = door == null || !door.tag().equals(wanted.inboundTag());
        if (fresh) {
            clear();
        }
        try {
            if (fresh) {
                door = listen(wanted.inboundTag());
            }
            captures.put(wanted.inboundTag(), capture(wanted, door.local().getPort()));
        } catch (IOException e) {
            current = Optional.empty();
            close();
            throw new RedirectException(e.getMessage(), e);
        }
        if (fresh) {
            register();
        }
        if (!current.equals(Optional.of(wanted))) {
            LOG.info("TCP into {} is redirected to {}", wanted.tunInterface(), door.local());
        }
        current = Optional.of(wanted);
    }

    /** For both families by one socket where the kernel has IPv6, else for IPv4. */
    private RedirectDoor listen(String tag) throws IOException {
        InetAddress any = InetAddress.ofLiteral("::");
        try {
            return new RedirectDoor(tag, new InetSocketAddress(any, 0), loops, captures.backend(), () -> flows);
        } catch (IOException e) {
            LOG.debug("no IPv6 here: {}", e.getMessage());
            InetAddress any4 = InetAddress.ofLiteral("0.0.0.0");
            return new RedirectDoor(tag, new InetSocketAddress(any4, 0), loops, captures.backend(), () -> flows);
        }
    }

    private static Capture capture(RedirectSet wanted, int port) {
        return new Capture(
                port, wanted.mark(), Optional.of(wanted.tunInterface()), List.of(), wanted.tunNetworks(), true, true);
    }

    private void register() {
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put(Inbound.TAG, door.tag());
        properties.put(Inbound.TYPE, door.type());
        registration = bundle.registerService(Inbound.class, door, properties);
    }

    @Override
    public synchronized void clear() throws RedirectException {
        if (door == null) {
            return;
        }
        current = Optional.empty();
        try {
            captures.remove(door.tag());
            LOG.info("TCP is redirected no more");
        } catch (IOException e) {
            throw new RedirectException("what is redirected could not be removed: " + e.getMessage(), e);
        } finally {
            close();
        }
    }

    private void close() {
        if (registration != null) {
            registration.unregister();
            registration = null;
        }
        if (door != null) {
            door.close();
            door = null;
        }
    }

    @Override
    public synchronized Optional<RedirectSet> current() {
        return current;
    }

    @Override
    public List<String> show() throws RedirectException {
        try {
            return captures.backend().show();
        } catch (IOException e) {
            throw new RedirectException("the packet filter cannot be read: " + e.getMessage(), e);
        }
    }
}
