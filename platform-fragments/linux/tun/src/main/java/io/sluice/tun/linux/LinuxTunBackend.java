package io.sluice.tun.linux;

import io.netty.channel.epoll.Epoll;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunException;
import io.sluice.api.tun.TunException.Code;
import io.sluice.netlink.linux.NetlinkException;
import io.sluice.netlink.linux.Rtnetlink;
import io.sluice.tun.spi.TunBackend;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Opens TUN devices of the Linux kernel, in the network namespace of the calling thread. */
@Component(service = TunBackend.class)
public final class LinuxTunBackend implements TunBackend {

    private final OffloadCheck check;

    @Activate
    public LinuxTunBackend() {
        this(new OffloadCheck(KernelWire::new));
    }

    LinuxTunBackend(OffloadCheck check) {
        this.check = check;
    }

    @Override
    public TunDevice open(TunConfig config, Consumer<TunDevice> closed) throws TunException {
        // Loads Netty's native library. The queues' first use of it must not come before: a class that fails to
        // initialise stays failed.
        if (!Epoll.isAvailable()) {
            throw new TunException(
                    Code.TUN_UNAVAILABLE,
                    "TUN queues need Netty's native transport, which cannot be loaded: is the temporary folder mounted noexec?",
                    Epoll.unavailabilityCause());
        }
        try (Rtnetlink netlink = Rtnetlink.open()) {
            return new TunOpening(config, netlink, check).open(closed);
        } catch (NetlinkException e) {
            throw new TunException(Code.TUN_SYSTEM_ERROR, "netlink is not available (" + e.getMessage() + ")", e);
        }
    }
}
