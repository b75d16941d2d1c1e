package io.sluice.tunnel.engine;

import io.sluice.api.netmon.HostInterface;
import io.sluice.api.netmon.NetworkState;
import io.sluice.api.tun.TunConfig;
import io.sluice.api.tun.TunDevice;
import io.sluice.api.tun.TunDriver;
import io.sluice.api.tun.TunException;
import io.sluice.api.tunnel.TunnelError.ErrorCause;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Opens the TUN device. An interface that is ours to name is made persistent, so that a swap of the driver keeps it (and the routes into
 * it); the memory knows of it from before it is made until it is removed.
 */
record OpenDevice() implements Step {

    @Override
    public String title() {
        return "open the TUN device";
    }

    @Override
    public void take(Session session, TunnelContext context) throws Fault {
        TunConfig wanted = session.profile().tun();
        TunDriver driver = context.rooms().driver().orElseThrow(() -> CheckRooms.absent(Set.of(Room.TUN)));
        boolean hold = ours(wanted);
        Optional<TunConfig> heldBefore = context.memory().held();
        try {
            if (hold) {
                context.remember(context.memory().withHeld(Optional.of(wanted)));
            }
            TunDevice device = driver.open(hold ? persistent(wanted, true) : wanted);
            session.opened(driver, device, context.nanos());
            context.index(hold ? OptionalInt.of(device.ifIndex()) : OptionalInt.empty());
        } catch (TunException e) {
            context.rememberOrWarn(context.memory().withHeld(heldBefore));
            throw fault(e);
        } catch (IOException e) {
            throw RememberStart.fault(e);
        }
    }

    @Override
    public void undo(Session session, TunnelContext context) {
        session.device().ifPresent(TunDevice::close);
        boolean ours = ours(session.profile().tun());
        boolean sameDriver = session.driverLives(context.rooms());
        session.closed();
        // With the driver gone the interface is kept for its successor; who comes next adopts or removes it.
        if (ours && sameDriver) {
            CleanUpLeftovers.heldInterface(context);
        }
    }

    /** The network as it is tells what the interface that we hold is called: another program may rename it at any time, also while it is being given up. */
    static void seen(NetworkState network, TunnelContext context) {
        if (network.source() != NetworkState.Source.ANNOUNCED) {
            return;
        }
        Optional<TunConfig> held = context.memory().held();
        network.interfaces().stream()
                .filter(i -> i.index() != 0 && i.index() == context.index().orElse(0))
                .map(HostInterface::name)
                .filter(name -> held.filter(h -> !h.name().equals(name)).isPresent())
                .findFirst()
                .ifPresent(name -> heldAs(name, context));
    }

    /** The interface that we hold has another name now. */
    private static void heldAs(String name, TunnelContext context) {
        context.memory()
                .held()
                .map(c -> new TunConfig(
                        name, c.mtu(), c.addresses(), c.queues(), c.descriptor(), c.persistent(), c.offload()))
                .ifPresent(c -> context.rememberOrWarn(context.memory().withHeld(Optional.of(c))));
    }

    /** Whether the interface is one that we make and name, and that nobody asked to leave behind. */
    private static boolean ours(TunConfig config) {
        return config.descriptor().isEmpty() && !config.name().isEmpty() && !config.persistent();
    }

    static TunConfig persistent(TunConfig config, boolean persistent) {
        return new TunConfig(
                config.name(),
                config.mtu(),
                config.addresses(),
                config.queues(),
                config.descriptor(),
                persistent,
                config.offload());
    }

    static Fault fault(TunException e) {
        ErrorCause cause = switch (e.code()) {
            case TUN_UNAVAILABLE -> ErrorCause.TUN_UNAVAILABLE;
            case TUN_NOT_PERMITTED -> ErrorCause.NOT_PERMITTED;
            case TUN_NAME_IN_USE, TUN_ADDRESS_REFUSED -> ErrorCause.TUN_IN_USE;
            case TUN_BAD_DESCRIPTOR -> ErrorCause.PROFILE_INVALID;
            case TUN_GONE -> ErrorCause.TUN_GONE;
            case TUN_SYSTEM_ERROR -> ErrorCause.INTERNAL;
        };
        String remedy = switch (e.code()) {
            case TUN_UNAVAILABLE ->
                "Load the tun module (modprobe tun) and see that /dev/net/tun is there; without it"
                        + " Sluice works as a proxy.";
            case TUN_NOT_PERMITTED ->
                "Run Sluice with CAP_NET_ADMIN (as root), or hand over a descriptor (tun.fd);"
                        + " without it Sluice works as a proxy.";
            case TUN_NAME_IN_USE -> "Set tun.name to a name that is free, or remove the interface.";
            case TUN_ADDRESS_REFUSED -> "Set tun.address to addresses that no other interface has.";
            case TUN_BAD_DESCRIPTOR -> "Hand over an open TUN descriptor in tun.fd, or leave it out.";
            case TUN_GONE -> "Nothing needs to be done: the tunnel starts again when the device can be opened.";
            case TUN_SYSTEM_ERROR -> "See the log for the system call that failed.";
        };
        return new Fault(cause, Sentence.of(e), remedy, e);
    }
}
