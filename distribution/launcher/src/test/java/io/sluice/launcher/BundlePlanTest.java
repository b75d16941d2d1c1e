package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.launcher.Feature.FeatureBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BundlePlanTest {
    @TempDir
    Path system;

    @Test
    void orders_by_start_level_and_keeps_the_features_order_within_one() throws Exception {
        Feature first = feature("g:z:1@30", "g:killswitch:1@10", "g:a:1@30");
        Feature second = feature("g:scr:1@1", "g:m:1@30");

        BundlePlan plan = BundlePlan.of(List.of(first, second), system);

        assertThat(plan.entries())
                .extracting(entry -> entry.id().artifact())
                .containsExactly("scr", "killswitch", "z", "a", "m");
        assertThat(plan.highestStartLevel()).isEqualTo(30);
    }

    @Test
    void takes_a_bundle_that_two_features_share_once() throws Exception {
        BundlePlan plan = BundlePlan.of(List.of(feature("g:a:1@5"), feature("g:a:1@5", "g:a:1:linux@5")), system);

        assertThat(plan.entries()).extracting(entry -> entry.id().toString()).containsExactly("g:a:1", "g:a:1:linux");
    }

    @Test
    void refuses_two_versions_of_one_artifact() throws Exception {
        List<Feature> features = List.of(feature("g:a:1@5"), feature("g:a:2@5"));

        assertThatThrownBy(() -> BundlePlan.of(features, system))
                .hasMessageContaining("wants g:a:2 at start-order 5, another one g:a:1 at 5");
    }

    @Test
    void refuses_two_start_levels_of_one_bundle() throws Exception {
        List<Feature> features = List.of(feature("g:a:1@5"), feature("g:a:1@6"));

        assertThatThrownBy(() -> BundlePlan.of(features, system)).hasMessageContaining("Make them agree");
    }

    @Test
    void a_missing_jar_is_named_before_anything_starts() throws Exception {
        Feature feature = feature("g:a:1@5");
        Files.delete(system.resolve("g/a/1/a-1.jar"));

        assertThatThrownBy(() -> BundlePlan.of(List.of(feature), system))
                .hasMessageStartingWith("The bundle g:a:1 is missing: there is no " + system.resolve("g/a/1/a-1.jar"));
    }

    private Feature feature(String... bundles) throws IOException {
        List<FeatureBundle> list = Arrays.stream(bundles)
                .map(text -> text.split("@"))
                .map(parts -> new FeatureBundle(ArtifactId.parse(parts[0]), Integer.parseInt(parts[1])))
                .toList();
        for (FeatureBundle bundle : list) {
            Path jar = system.resolve(bundle.id().path());
            Files.createDirectories(jar.getParent());
            Files.writeString(jar, "jar");
        }
        return new Feature("g:feature:1", list);
    }
}
