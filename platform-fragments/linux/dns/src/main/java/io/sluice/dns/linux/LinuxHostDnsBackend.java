package io.sluice.dns.linux;

import io.sluice.api.dns.HostDnsException;
import io.sluice.api.dns.HostDnsSettings;
import io.sluice.dns.spi.HostDnsBackend;
import java.nio.file.Path;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** Chooses who keeps the resolver each time it is set anew: systemd-resolved or openresolv where programs read what they write, else the file. */
@Component(service = HostDnsBackend.class)
public final class LinuxHostDnsBackend implements HostDnsBackend {

    private final List<ResolverManager> managers;
    private final FolderWatch watch = new FolderWatch();
    private volatile ResolverManager chosen;

    @Activate
    public LinuxHostDnsBackend() {
        this(Path.of("/etc"), Path.of("/run"), new Programs());
    }

    LinuxHostDnsBackend(Path etc, Path run, Programs programs) {
        ResolvConfFile file = new ResolvConfFile(etc);
        managers = List.of(new SystemdResolved(programs, file, run), new Openresolv(programs, file), file);
        chosen = file;
    }

    @Deactivate
    void deactivate() {
        watch.close();
    }

    private ResolverManager inCharge() {
        return managers.stream().filter(ResolverManager::inCharge).findFirst().orElseThrow();
    }

    @Override
    public String manager() {
        return chosen.name();
    }

    @Override
    public void apply(HostDnsSettings settings) throws HostDnsException {
        ResolverManager now = inCharge();
        if (now != chosen) {
            // Another one has taken the resolver over: what the one before was told is taken back first, so that
            // nothing of ours is left there.
            chosen.restore();
            chosen = now;
        }
        now.apply(settings);
    }

    @Override
    public boolean holds(HostDnsSettings settings) throws HostDnsException {
        return chosen.holds(settings);
    }

    @Override
    public boolean restore() throws HostDnsException {
        boolean any = false;
        for (ResolverManager manager : managers) {
            any |= manager.restore();
        }
        return any;
    }

    @Override
    public void awaitChange() throws InterruptedException {
        watch.await(chosen.folders(), chosen.look());
    }
}
