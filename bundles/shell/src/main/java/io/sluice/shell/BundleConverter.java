package io.sluice.shell;

import org.apache.felix.service.command.Converter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Takes a bundle's number, or its symbolic name, for the bundle. Without it Gogo's own commands for bundles ({@code felix:stop 44}, update, refresh) take none. */
@Component(service = Converter.class, property = Converter.CONVERTER_CLASSES + "=org.osgi.framework.Bundle")
public final class BundleConverter implements Converter {

    private final BundleContext context;

    @Activate
    public BundleConverter(BundleContext context) {
        this.context = context;
    }

    /** @return null if there is no such bundle, or it is not a bundle that is wanted */
    @Override
    public Object convert(Class<?> wanted, Object in) {
        if (wanted != Bundle.class) {
            return null;
        }
        String word = in.toString();
        for (Bundle bundle : context.getBundles()) {
            if (Long.toString(bundle.getBundleId()).equals(word) || word.equals(bundle.getSymbolicName())) {
                return bundle;
            }
        }
        return null;
    }

    /** Bundles are printed as Gogo prints them. */
    @Override
    public CharSequence format(Object target, int level, Converter escape) {
        return null;
    }
}
