package io.sluice.inbound.redirect;

import io.sluice.inbound.redirect.spi.Capture;
import io.sluice.inbound.redirect.spi.RedirectBackend;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The captures of all listeners, set together. A service of this room for itself. Its first act is to remove what an earlier process left: a rule that
 * redirects to a listener that is no more refuses every connection.
 */
@Component(service = Captures.class, immediate = true)
public final class Captures {

    private static final Logger LOG = LoggerFactory.getLogger(Captures.class);

    private final RedirectBackend backend;
    private final Map<String, Capture> wanted = new TreeMap<>();

    @Activate
    public Captures(@Reference RedirectBackend backend) {
        this.backend = backend;
        removeAll("what an earlier run redirected");
    }

    @Deactivate
    void deactivate() {
        removeAll("what is redirected");
    }

    private void removeAll(String what) {
        try {
            backend.set(List.of());
        } catch (IOException e) {
            LOG.warn("{} could not be removed: {}", what, e.getMessage());
        }
    }

    RedirectBackend backend() {
        return backend;
    }

    /**
     * @param tag of the inbound that listens
     * @throws IOException in words for people; then all is as before
     */
    synchronized void put(String tag, Capture capture) throws IOException {
        Capture before = wanted.put(tag, capture);
        try {
            backend.set(List.copyOf(wanted.values()));
        } catch (IOException e) {
            if (before == null) {
                wanted.remove(tag);
            } else {
                wanted.put(tag, before);
            }
            throw e;
        }
    }

    synchronized void remove(String tag) throws IOException {
        if (wanted.remove(tag) != null) {
            backend.set(List.copyOf(wanted.values()));
        }
    }
}
