package io.sluice.config.engine.link;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.sluice.api.config.ImportPlan;
import io.sluice.api.config.OutboundImport.Source;
import io.sluice.config.engine.ConfigReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What strangers give people to take in. */
class LinkFuzzTest {

    private static final String CONFIG = "{ \"outbounds\": [ { \"protocol\": \"direct\" } ] // mine\n}";

    /** A link is refused with a reason, or means the same after it was printed and read again. */
    @FuzzTest
    void link(byte[] octets) {
        Map<String, Object> outbound;
        try {
            outbound = ShareLinks.outbound(new String(octets, StandardCharsets.UTF_8));
        } catch (LinkException e) {
            assertThat(e.getMessage()).startsWith(e.field() + ": ");
            return;
        }
        String printed;
        try {
            printed = ShareLinks.print(outbound);
        } catch (LinkException e) {
            return;
        }
        try {
            assertThat(ShareLinks.outbound(printed)).isEqualTo(outbound);
        } catch (LinkException e) {
            throw new AssertionError(printed, e);
        }
    }

    /** Whatever is taken in, the configuration stays good. */
    @FuzzTest
    void source(byte[] octets) {
        ImportPlan plan =
                ImportPlanner.plan(CONFIG, List.of(new Source("fuzz", new String(octets, StandardCharsets.UTF_8))));
        assertThat(ConfigReader.read(plan.text(), "t").hasErrors()).isFalse();
        assertThat(plan.text()).contains("// mine");
    }
}
