package io.sluice.tun;

import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunDriver;
import io.sluice.api.tun.TunException;
import io.sluice.tun.engine.RingMemoryTun;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The driver of devices that exist in memory only. */
@Component(service = TunDriver.class, property = TunDriver.DRIVER + "=memory")
public final class MemoryTunDriver implements TunDriver {

    private final Set<TunDevice> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger number = new AtomicInteger();

    @Activate
    public MemoryTunDriver() {}

    @Override
    public TunDevice open(TunConfig config) throws TunException {
        if (config.descriptor().isPresent()) {
            throw new TunException(
                    TunException.Code.TUN_BAD_DESCRIPTOR,
                    "a memory device takes no descriptor; use the system driver for descriptor "
                            + config.descriptor().getAsInt());
        }
        String name = config.name().isEmpty() ? "mem" + number.getAndIncrement() : config.name();
        TunDevice device = new RingMemoryTun(name, config.mtu(), open::remove);
        open.add(device);
        return device;
    }

    @Deactivate
    void withdraw() {
        open.forEach(TunDevice::close);
    }
}
