package io.sluice.api.policy;

import io.sluice.api.flow.FlowSource;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** The ordered rules in force. */
@ProviderType
public interface OutboundSelector {

    /** The first rule that matches decides; the final rule matches everything. Any thread; does not block; does not allocate a table. */
    Decision select(FlowSource source);

    /** The rules in order, the final one last. */
    List<RuleSnapshot> rules();
}
