package io.sluice.killswitch.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.killswitch.FirewallPolicy;
import io.sluice.api.killswitch.OwnTraffic;
import io.sluice.killswitch.engine.Allowance;
import io.sluice.killswitch.engine.FilterPlan;
import io.sluice.killswitch.spi.Filter;
import io.sluice.testkit.crash.Crash;
import io.sluice.testkit.crash.DiskRecorder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules for the boot through crashes: whole at every moment, and there once they were promised. */
class BootRules_CrashTest {

    private static final Optional<Filter> CLOSED = Optional.of(
            FilterPlan.of(new FirewallPolicy.Blocked("boot", OwnTraffic.NONE, List.of()), Allowance.NONE, false));

    @TempDir
    private Path folder;

    @Test
    void crashAnywhere_theRulesAreTheLastPromisedOrThoseAfterThem() throws Exception {
        DiskRecorder disk = new DiskRecorder(Files.createDirectory(folder.resolve("disk")));
        List<Optional<Filter>> kept = List.of(Optional.empty(), CLOSED, Optional.empty(), CLOSED);
        List<String> texts = new ArrayList<>(List.of("none"));
        BootRules rules = new BootRules();
        for (Optional<Filter> filter : kept) {
            texts.add(BootRules.rules(filter));
            disk.begin();
            rules.keep(disk.folder(), filter);
            disk.done();
        }
        assertThat(disk.crashes())
                .hasSizeGreaterThan(500)
                .allSatisfy(crash ->
                        assertThat(left(crash)).as("%s", crash).isIn(texts.subList(crash.kept(), crash.begun() + 1)));
    }

    /** A process that was killed before its sync leaves a file that looks well and that a power cut takes. */
    @Test
    void sameRulesOfAProcessThatWasKilled_areMadeDurable() throws Exception {
        DiskRecorder disk = new DiskRecorder(Files.createDirectory(folder.resolve("disk")));
        Files.writeString(disk.folder().resolve(BootRules.RULES), BootRules.rules(CLOSED));
        disk.begin();
        new BootRules().keep(disk.folder(), CLOSED);
        disk.done();
        assertThat(disk.crashes())
                .filteredOn(crash -> crash.kept() == 1)
                .isNotEmpty()
                .allSatisfy(crash -> assertThat(left(crash)).as("%s", crash).isEqualTo(BootRules.rules(CLOSED)));
    }

    private String left(Crash crash) throws Exception {
        Path left = folder.resolve("left");
        crash.layOut(left);
        Path file = left.resolve(BootRules.RULES);
        return Files.exists(file) ? Files.readString(file) : "none";
    }
}
