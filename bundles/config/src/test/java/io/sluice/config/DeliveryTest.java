package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;

/** Against a Configuration Admin whose events are delivered when the test says so. */
@Timeout(120)
class DeliveryTest {

    private static final Duration LONG = Duration.ofSeconds(60);

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private int changes;
    private final Delivery delivery = new Delivery(fake(ConfigurationAdmin.class, this::configuration));

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private interface Answer {
        Object to(String method);
    }

    private static <T> T fake(Class<T> type, Answer answer) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (_, method, _) -> answer.to(method.getName())));
    }

    private Object configuration(String method) {
        assertThat(method).isEqualTo("getConfiguration");
        return fake(Configuration.class, change -> {
            assertThat(change).isEqualTo("update");
            synchronized (this) {
                changes++;
                notifyAll();
            }
            return null;
        });
    }

    private synchronized void awaitChanges(int wanted) throws InterruptedException {
        while (changes < wanted) {
            wait();
        }
    }

    private void deliver(String pid, int type) {
        @SuppressWarnings("unchecked")
        ServiceReference<ConfigurationAdmin> nobody = fake(ServiceReference.class, _ -> null);
        delivery.configurationEvent(new ConfigurationEvent(nobody, type, null, pid));
    }

    @Test
    void await_endsWithItsOwnEvent_notAnEarlierOrAForeignOne() throws Exception {
        Future<Boolean> first = threads.submit(() -> delivery.await(LONG));
        awaitChanges(1);
        Future<Boolean> second = threads.submit(() -> delivery.await(LONG));
        awaitChanges(2);
        deliver("io.sluice.policy", ConfigurationEvent.CM_UPDATED);
        deliver(Delivery.PID, ConfigurationEvent.CM_DELETED);
        assertThat(first.isDone()).isFalse();

        deliver(Delivery.PID, ConfigurationEvent.CM_UPDATED);
        assertThat(first.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(second.isDone()).isFalse();

        deliver(Delivery.PID, ConfigurationEvent.CM_UPDATED);
        assertThat(second.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void await_withoutAnEvent_endsAtTheLimit() throws IOException, InterruptedException {
        assertThat(delivery.await(Duration.ofMillis(20))).isFalse();
    }
}
