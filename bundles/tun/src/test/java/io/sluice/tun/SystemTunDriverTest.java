package io.sluice.tun;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunException;
import io.sluice.tun.engine.RingMemoryTun;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SystemTunDriverTest {

    private static final TunConfig CONFIG = new TunConfig("t0", 1500, List.of(), 1, OptionalInt.empty(), false, true);

    private final List<TunDevice> closed = new ArrayList<>();
    private final SystemTunDriver driver =
            new SystemTunDriver((config, told) -> new RingMemoryTun(config.name(), config.mtu(), device -> {
                closed.add(device);
                told.accept(device);
            }));

    @Test
    void withdraw_openDevices_areClosed() throws TunException {
        TunDevice kept = driver.open(CONFIG);
        TunDevice given = driver.open(CONFIG);
        given.close();
        driver.withdraw();
        assertThat(closed).containsExactly(given, kept);
    }

    @Test
    void open_afterWithdrawal_refusedAndClosed() {
        driver.withdraw();
        assertThatThrownBy(() -> driver.open(CONFIG)).isInstanceOf(TunException.class);
        assertThat(closed).hasSize(1);
    }

    @Test
    void memory_descriptor_refused() throws TunException {
        MemoryTunDriver memory = new MemoryTunDriver();
        assertThatThrownBy(() -> memory.open(new TunConfig("", 1500, List.of(), 1, OptionalInt.of(3), false, true)))
                .isInstanceOfSatisfying(
                        TunException.class, e -> assertThat(e.code()).isEqualTo(TunException.Code.TUN_BAD_DESCRIPTOR));
        assertThat(memory.open(new TunConfig("", 1500, List.of(), 1, OptionalInt.empty(), false, true))
                        .name())
                .isEqualTo("mem0");
        memory.withdraw();
    }
}
