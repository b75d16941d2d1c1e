package io.sluice.rest;

import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ServiceScope;
import org.osgi.service.servlet.context.ServletContextHelper;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardContext;

/** The context that everything of ours is served in; its guard is {@link GuardFilter}. */
@Component(service = ServletContextHelper.class, scope = ServiceScope.BUNDLE)
@HttpWhiteboardContext(name = ConsoleContext.NAME, path = "/")
public final class ConsoleContext extends ServletContextHelper {

    static final String NAME = "io.sluice";

    /** Selects this context. */
    static final String SELECT = "(osgi.http.whiteboard.context.name=" + NAME + ")";

    @Activate
    public ConsoleContext(BundleContext context) {
        super(context.getBundle());
    }

    /** Nothing of this bundle is a file to be served. */
    @Override
    public java.net.URL getResource(String name) {
        return null;
    }
}
