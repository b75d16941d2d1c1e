package io.sluice.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.net.IpPrefix;
import io.sluice.api.netstack.CongestionAlgorithm;
import io.sluice.api.netstack.TcpSettings;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tunnel.TunnelError;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import io.sluice.api.tunnel.TunnelProfile;
import io.sluice.tunnel.engine.FakeHost;
import io.sluice.tunnel.engine.Memory;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a restart finds. */
class StateFileTest {

    @TempDir
    Path folder;

    private static Memory full() {
        TunConfig tun = new TunConfig(
                "tün 0",
                9000,
                List.of(IpPrefix.parse("172.19.0.1/30"), IpPrefix.parse("fdfe:dcba:9876::1/126")),
                4,
                OptionalInt.of(7),
                true,
                false);
        TunnelProfile profile = new TunnelProfile(
                tun,
                "system",
                new TcpSettings(CongestionAlgorithm.BBR, true, 1000),
                List.of(IpPrefix.parse("0.0.0.0/0"), IpPrefix.parse("::/0")),
                List.of(IpPrefix.parse("192.168.0.0/16")),
                List.of(InetAddress.ofLiteral("10.64.0.1"), InetAddress.ofLiteral("fd00::53")),
                List.of("corp.example.org", "lan"),
                4_000_000_000L,
                100,
                true,
                true);
        TunnelError error = new TunnelError(
                ErrorCause.ROUTE_REFUSED,
                "The host = refused\nit.",
                "100 % by hand.",
                Instant.parse("2026-11-01T12:00:00.123456789Z"));
        return new Memory(
                Optional.of(profile),
                Optional.of(FakeHost.profile()),
                Optional.of(error),
                Optional.of(Instant.EPOCH),
                Optional.of(tun),
                true,
                true);
    }

    @Test
    void written_isRead() throws IOException {
        StateFile file = new StateFile(folder.resolve("tunnel"));
        assertThat(file.read()).isEqualTo(Memory.EMPTY);

        file.write(full());
        assertThat(new StateFile(folder.resolve("tunnel")).read()).isEqualTo(full());

        file.write(Memory.EMPTY);
        assertThat(file.read()).isEqualTo(Memory.EMPTY);
        try (var files = Files.list(folder.resolve("tunnel"))) {
            assertThat(files.map(f -> f.getFileName().toString())).containsExactly("state");
        }
    }

    @Test
    void truncatedAnywhere_isIgnored() throws IOException {
        StateFile file = new StateFile(folder);
        file.write(full());
        byte[] whole = Files.readAllBytes(folder.resolve("state"));
        for (int length = 0; length < whole.length; length++) {
            Files.write(folder.resolve("state"), java.util.Arrays.copyOf(whole, length));
            assertThat(file.read()).as("first %d bytes", length).isEqualTo(Memory.EMPTY);
        }
    }

    @Test
    void damagedAnywhere_isIgnored() throws IOException {
        StateFile file = new StateFile(folder);
        file.write(full());
        byte[] whole = Files.readAllBytes(folder.resolve("state"));
        for (int i = 0; i < whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 0x01;
            Files.write(folder.resolve("state"), damaged);
            assertThat(file.read())
                    .as("byte %d of %s", i, new String(whole, StandardCharsets.UTF_8))
                    .isEqualTo(Memory.EMPTY);
        }
    }

    @Test
    void crashBeforeTheRename_leavesTheOldOne() throws IOException {
        StateFile file = new StateFile(folder);
        file.write(full());
        Files.writeString(folder.resolve("state.new"), "half a fi");

        assertThat(file.read()).isEqualTo(full());
        file.write(Memory.EMPTY);
        assertThat(file.read()).isEqualTo(Memory.EMPTY);
    }
}
