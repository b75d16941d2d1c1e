package io.sluice.netmon.linux;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens to logind's signal PrepareForSleep (org.freedesktop.login1(5)): true before the machine sleeps, false after it woke. Where there is
 * no bus, or it goes away, nothing is said: the clocks notice a sleep too, only later.
 */
final class SleepSignals implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SleepSignals.class);

    private static final String RULE = "type='signal',sender='org.freedesktop.login1',path='/org/freedesktop/login1',"
            + "interface='org.freedesktop.login1.Manager',member='PrepareForSleep'";

    private final SystemBus bus;

    private SleepSignals(SystemBus bus) {
        this.bus = bus;
    }

    /** @param sleep told on the bus's thread: true before, false after a sleep */
    static SleepSignals listen(UnixDomainSocketAddress address, Consumer<Boolean> sleep) {
        try {
            SystemBus bus = SystemBus.connect(address);
            Thread.ofPlatform().name("sluice-netmon-bus").daemon().start(() -> hear(bus, sleep));
            return new SleepSignals(bus);
        } catch (IOException e) {
            LOG.info(
                    "no system bus at {} ({}): a sleep of the machine is known by its clocks", address, e.getMessage());
            return new SleepSignals(null);
        }
    }

    private static void hear(SystemBus bus, Consumer<Boolean> sleep) {
        try (bus) {
            bus.call("Hello", null);
            bus.call("AddMatch", RULE);
            while (true) {
                BusMessage message = bus.receive();
                if (message.type() == BusMessage.SIGNAL
                        && message.member().equals("PrepareForSleep")
                        && message.signature().equals("b")) {
                    sleep.accept(message.bool());
                }
            }
        } catch (IOException e) {
            if (!bus.closed()) {
                LOG.warn("the system bus is gone ({}): a sleep of the machine is known by its clocks", e.toString());
            }
        }
    }

    @Override
    public void close() {
        if (bus != null) {
            bus.close();
        }
    }
}
