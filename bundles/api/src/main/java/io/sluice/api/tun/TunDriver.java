package io.sluice.api.tun;

import org.osgi.annotation.versioning.ProviderType;

/** Opens TUN devices. A driver that is withdrawn closes what it opened. */
@ProviderType
public interface TunDriver {

    /** Service property: {@code system} for interfaces of the operating system, {@code memory} for {@link MemoryTunDevice}s. */
    String DRIVER = "tun.driver";

    /**
     * Opens or adopts the device, sets addresses and MTU and brings it up. May block; whatever fails, nothing is left behind.
     *
     * @throws TunException with a code and one sentence that says what to do
     */
    TunDevice open(TunConfig config) throws TunException;
}
