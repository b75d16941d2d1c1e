package io.sluice.config;

import java.io.IOException;
import java.time.Duration;
import java.util.Hashtable;
import java.util.concurrent.TimeUnit;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.osgi.service.cm.ConfigurationListener;

/**
 * Knows when changed configurations have been worked off.
 *
 * <p>Why: Configuration Admin tells of a change later, on a thread of its own, and Declarative Services describes a component as active, and by its new
 * properties even, until it takes the old one down. A look right after a change sees that, and not what becomes of the change.
 *
 * <p>How: events come one after the other to all listeners, and Declarative Services takes down and activates inside its listener. So
 * when we hear of a configuration that was changed later, and that nobody else uses, all earlier ones are done with.
 *
 * <p>Any thread.
 */
final class Delivery implements ConfigurationListener {

    /** Of the configuration that is changed for its event's sake; its one property counts. */
    static final String PID = "io.sluice.config.delivery";

    private final ConfigurationAdmin admin;
    private long sent;
    private long heard;

    Delivery(ConfigurationAdmin admin) {
        this.admin = admin;
    }

    @Override
    public synchronized void configurationEvent(ConfigurationEvent event) {
        if (PID.equals(event.getPid()) && event.getType() == ConfigurationEvent.CM_UPDATED) {
            heard++;
            notifyAll();
        }
    }

    /**
     * Waits until every change made before this call has been worked off.
     *
     * @return whether that was so within the limit
     */
    synchronized boolean await(Duration limit) throws IOException, InterruptedException {
        long mine = ++sent;
        Hashtable<String, Object> properties = new Hashtable<>();
        properties.put("count", mine);
        admin.getConfiguration(PID, "?").update(properties);
        long deadline = System.nanoTime() + limit.toNanos();
        for (long left = limit.toNanos(); heard < mine && left > 0; left = deadline - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return heard >= mine;
    }
}
