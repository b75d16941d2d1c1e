package io.sluice.killswitch.linux;

import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchStatus.Drops;
import io.sluice.api.killswitch.LeakProof;
import io.sluice.killswitch.spi.Filter;
import io.sluice.killswitch.spi.FirewallBackend;
import io.sluice.netlink.linux.NetlinkException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The kernel's packet filter of the network namespace of the thread that calls first. */
@Component(service = FirewallBackend.class)
public final class NftFirewallBackend implements FirewallBackend {

    private static final Logger LOG = LoggerFactory.getLogger(NftFirewallBackend.class);

    private final KernelFilter kernel = new KernelFilter();
    private final Hardening hardening = new Hardening(Path.of("/proc/sys"));
    private final BootRules boot = new BootRules();
    private volatile Optional<Filter> last = Optional.empty();

    @Activate
    public NftFirewallBackend() {}

    /** Lets go of the guard; the filter stays in the kernel. */
    @Deactivate
    public void deactivate() {
        kernel.close();
    }

    @Override
    public void set(Filter filter) throws KillSwitchException {
        kernel.set(filter);
        last = Optional.of(filter);
    }

    @Override
    public boolean remove() throws KillSwitchException {
        boolean removed = kernel.remove();
        last = Optional.empty();
        return removed;
    }

    @Override
    public boolean present() throws KillSwitchException {
        return kernel.present();
    }

    @Override
    public List<Drops> counters() throws KillSwitchException {
        return kernel.counters();
    }

    @Override
    public List<String> show() throws KillSwitchException {
        return last.isPresent() && kernel.present() ? NftTables.text(last.get()) : List.of();
    }

    @Override
    public List<String> limitations() {
        return kernel.guardLimitation().stream().toList();
    }

    @Override
    public Watch watch(Notices notices) throws KillSwitchException {
        return FilterWatch.start(kernel, new Notices() {
            @Override
            public boolean rulesChanged() {
                return notices.rulesChanged();
            }

            @Override
            public void interfaceCame() {
                if (guardIsStale()) {
                    notices.interfaceCame();
                }
            }
        });
    }

    private boolean guardIsStale() {
        Optional<Filter.Guard> guard = last.flatMap(Filter::guard);
        try {
            return guard.isPresent()
                    && !GuardedInterfaces.list(guard.get().except()).equals(kernel.guarded());
        } catch (NetlinkException e) {
            LOG.warn("the interfaces cannot be listed, so the guard is set anew: {}", e.getMessage());
            return true;
        }
    }

    @Override
    public Map<String, String> settings(Map<String, String> saved) {
        return hardening.settings(saved);
    }

    @Override
    public void harden(Map<String, String> saved) throws KillSwitchException {
        hardening.harden(saved);
    }

    @Override
    public void relax(Map<String, String> saved) throws KillSwitchException {
        hardening.relax(saved);
    }

    @Override
    public int forgetConnections(int mark) throws KillSwitchException {
        try {
            return TrackedConnections.forgetExcept(MarkedSockets.of(mark));
        } catch (NetlinkException e) {
            throw KernelFilter.translated("forget connections from before the filter", e);
        }
    }

    @Override
    public void keepForBoot(Path folder, Optional<Filter> filter) throws KillSwitchException {
        boot.keep(folder, filter);
    }

    @Override
    public List<LeakProof.Canary> sendCanaries(List<InetAddress> targets, Optional<String> except)
            throws KillSwitchException {
        return new Canaries(kernel).send(targets, except);
    }
}
