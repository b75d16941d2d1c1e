package io.sluice.tun;

import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunDriver;
import io.sluice.api.tun.TunException;
import io.sluice.tun.spi.TunBackend;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The driver of the operating system's interfaces: remembers what it opened, so that nothing outlives it. */
@Component(service = TunDriver.class, property = TunDriver.DRIVER + "=system")
public final class SystemTunDriver implements TunDriver {

    private static final Logger LOG = LoggerFactory.getLogger(SystemTunDriver.class);

    private final TunBackend backend;
    private final Set<TunDevice> open = ConcurrentHashMap.newKeySet();
    private volatile boolean withdrawn;

    @Activate
    public SystemTunDriver(@Reference TunBackend backend) {
        this.backend = backend;
    }

    @Override
    public TunDevice open(TunConfig config) throws TunException {
        TunDevice device = backend.open(config, open::remove);
        open.add(device);
        if (withdrawn) {
            device.close();
            throw new TunException(
                    TunException.Code.TUN_GONE,
                    "the TUN driver was withdrawn while it opened " + device.name() + "; try again");
        }
        LOG.info(
                "opened {}: index {}, mtu {}, {} queue(s), {}",
                device.name(),
                device.ifIndex(),
                device.mtu(),
                device.queues().size(),
                device.offload());
        return device;
    }

    @Deactivate
    void withdraw() {
        withdrawn = true;
        for (TunDevice device : open) {
            LOG.info("closing {}: its driver is withdrawn", device.name());
            device.close();
        }
    }
}
