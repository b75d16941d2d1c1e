package io.sluice.tun.spi;

import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunException;
import java.util.function.Consumer;

/** Makes the system calls that open a TUN device. */
public interface TunBackend {

    /**
     * Opens or adopts a device, sets it up and brings it up. May block; whatever fails, nothing is left behind.
     *
     * @param closed told once, when the device has been closed by whomever
     */
    TunDevice open(TunConfig config, Consumer<TunDevice> closed) throws TunException;
}
