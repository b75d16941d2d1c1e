package io.sluice.route.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReversePathFilterTest {

    @TempDir
    private Path settings;

    private void filter(String name, int value) throws IOException {
        Path directory = Files.createDirectories(settings.resolve(name));
        Files.writeString(directory.resolve("rp_filter"), value + "\n");
    }

    @Test
    void strict_interfaceOrAll_largerValueCounts() throws IOException {
        filter("all", 0);
        filter("default", 1);
        filter("lo", 1);
        filter("tun0", 1);
        filter("eth0", 1);
        filter("eth1", 2);
        filter("eth2", 0);
        ReversePathFilter reader = new ReversePathFilter(settings);
        assertThat(reader.strict("tun0")).containsExactly("eth0");
        filter("all", 1);
        assertThat(reader.strict("tun0")).containsExactly("eth0", "eth2");
        filter("all", 2);
        assertThat(reader.strict("tun0")).isEmpty();
    }
}
