package io.sluice.config;

import io.sluice.api.config.ConfigException;
import io.sluice.api.config.ConfigStore;
import io.sluice.api.config.ImportPlan;
import io.sluice.api.config.OutboundImport;
import io.sluice.config.engine.link.ImportPlanner;
import io.sluice.config.engine.link.LinkException;
import io.sluice.config.engine.link.ShareLinks;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Taking servers into the configuration in force, and giving them out of it, as a service. */
@Component(service = OutboundImport.class)
public final class ImportComponent implements OutboundImport {

    private final ConfigStore store;

    @Activate
    public ImportComponent(@Reference ConfigStore store) {
        this.store = store;
    }

    @Override
    public ImportPlan plan(List<Source> sources) {
        return ImportPlanner.plan(store.text(), sources);
    }

    @Override
    public Optional<String> link(String tag, boolean secrets) throws ConfigException {
        Optional<Map<String, Object>> outbound = ImportPlanner.outbound(store.text(), tag, secrets);
        if (outbound.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(ShareLinks.print(outbound.get()));
        } catch (LinkException e) {
            throw new ConfigException(
                    "There is no link for the outbound '" + tag + "': " + e.getMessage() + ".", List.of(), e);
        }
    }
}
