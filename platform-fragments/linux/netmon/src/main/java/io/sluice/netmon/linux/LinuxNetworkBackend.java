package io.sluice.netmon.linux;

import io.sluice.netlink.linux.NetlinkWatch;
import io.sluice.netlink.linux.Topic;
import io.sluice.netmon.spi.Announcements;
import io.sluice.netmon.spi.NetworkBackend;
import io.sluice.netmon.spi.Reading;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The kernel of the network namespace that this process runs in. */
@Component(service = NetworkBackend.class)
public final class LinuxNetworkBackend implements NetworkBackend {

    /** CLOCK_BOOTTIME in hundredths of a second (fs/proc/uptime.c), of this process's time namespace. */
    private static final Path UPTIME = Path.of("/proc/uptime");

    @Activate
    public LinuxNetworkBackend() {}

    @Override
    public Reading read() throws IOException {
        return KernelReading.read();
    }

    @Override
    public Duration uptime() throws IOException {
        String line = Files.readString(UPTIME);
        try {
            BigDecimal seconds = new BigDecimal(line.substring(0, line.indexOf(' ')));
            return Duration.ofNanos(seconds.movePointRight(9).longValueExact());
        } catch (RuntimeException e) {
            throw new IOException(UPTIME + " says '" + line.strip() + "'", e);
        }
    }

    @Override
    public Watch watch(Announcements to) throws IOException {
        NetlinkWatch network = NetlinkWatch.open("sluice-netmon-netlink", new NetlinkWatch.Listener() {
            @Override
            public void announced(Set<Topic> topics) {
                if (topics.contains(Topic.ROUTE) || topics.contains(Topic.RULE)) {
                    to.routes();
                }
                if (topics.contains(Topic.LINK) || topics.contains(Topic.ADDRESS)) {
                    to.network();
                }
            }

            @Override
            public void lost(Throwable cause) {
                to.lost(cause.toString());
            }
        });
        SleepSignals sleep = SleepSignals.listen(SystemBus.address(), to::sleep);
        return () -> {
            network.close();
            sleep.close();
        };
    }
}
