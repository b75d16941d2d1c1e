package io.sluice.policy;

import io.sluice.api.flow.FlowSource;
import io.sluice.api.policy.Decision;
import io.sluice.api.policy.OutboundSelector;
import io.sluice.api.policy.RuleSnapshot;
import io.sluice.policy.engine.RuleTable;
import io.sluice.policy.engine.RuleTableException;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes the rules of the configuration. */
@Component(
        service = OutboundSelector.class,
        immediate = true,
        configurationPid = "io.sluice.policy",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class PolicyComponent implements OutboundSelector {

    private static final Logger LOG = LoggerFactory.getLogger(PolicyComponent.class);

    private volatile RuleTable table;

    /** @throws RuleTableException if a rule cannot be read: then there is no service and nothing leaves */
    @Activate
    public PolicyComponent(PolicyConfig config) throws RuleTableException {
        table = compile(config);
    }

    /** New rules take over in one step; if they cannot be read, the old ones stay. */
    @Modified
    void modified(PolicyConfig config) {
        try {
            table = compile(config);
        } catch (RuleTableException e) {
            LOG.error("the new rules are not in force, the old ones stay: {}", e.getMessage());
        }
    }

    private static RuleTable compile(PolicyConfig config) throws RuleTableException {
        RuleTable compiled = RuleTable.compile(List.of(config.rules()), config.final$());
        LOG.info("{} rules are in force, final -> {}", config.rules().length, config.final$());
        return compiled;
    }

    @Override
    public Decision select(FlowSource source) {
        return table.select(source);
    }

    @Override
    public List<RuleSnapshot> rules() {
        return table.rules();
    }
}
