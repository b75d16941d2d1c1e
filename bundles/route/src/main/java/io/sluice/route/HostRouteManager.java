package io.sluice.route;

import io.sluice.api.route.RouteException;
import io.sluice.api.route.RouteManager;
import io.sluice.api.route.RouteSet;
import io.sluice.route.engine.RoutePlan;
import io.sluice.route.engine.RouteReconciler;
import io.sluice.route.spi.HostEntry;
import io.sluice.route.spi.RouteBackend;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Plans and reconciles over the platform's backend. Deactivation leaves the entries for the successor. */
@Component(service = RouteManager.class)
public final class HostRouteManager implements RouteManager {

    private static final Logger LOG = LoggerFactory.getLogger(HostRouteManager.class);

    private final RouteBackend backend;
    private final RouteReconciler reconciler;
    private Optional<RouteSet> current = Optional.empty();

    @Activate
    public HostRouteManager(@Reference RouteBackend backend) {
        this.backend = backend;
        this.reconciler = new RouteReconciler(backend);
    }

    @Override
    public synchronized void set(RouteSet routes) throws RouteException {
        int changed;
        try {
            changed = reconciler.apply(RoutePlan.of(routes, backend::supports));
        } catch (RouteException e) {
            for (Throwable left : e.getSuppressed()) {
                LOG.error("putting the routes back failed as well: {}", left.getMessage());
            }
            throw e;
        }
        current = Optional.of(routes);
        LOG.info("routes into {} set: {} entries changed", routes.tunInterface(), changed);
    }

    @Override
    public synchronized int cleanUp() throws RouteException {
        int removed = reconciler.apply(List.of());
        current = Optional.empty();
        if (removed > 0) {
            LOG.info("removed {} routes and rules of ours", removed);
        }
        return removed;
    }

    @Override
    public synchronized Optional<RouteSet> current() {
        return current;
    }

    @Override
    public synchronized List<String> show() throws RouteException {
        return backend.ours().stream().map(HostEntry::toString).toList();
    }
}
