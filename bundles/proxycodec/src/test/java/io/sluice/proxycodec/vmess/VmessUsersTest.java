package io.sluice.proxycodec.vmess;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.DefaultEventExecutor;
import java.lang.ref.WeakReference;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class VmessUsersTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** A loop outlives the inbounds that it serves; each swap of one would add its keys and its bundle's classes. */
    @Test
    void users_areForgottenByTheLoopThatLookedThemUp() throws Exception {
        DefaultEventExecutor loop = new DefaultEventExecutor();
        try {
            WeakReference<VmessUsers> gone = loop.submit(VmessUsersTest::used).get(60, TimeUnit.SECONDS);

            long end = System.nanoTime() + LIMIT.toNanos();
            while (gone.get() != null) {
                assertThat(System.nanoTime()).as("the thread still holds them").isLessThan(end);
                System.gc();
                LockSupport.parkNanos(10_000_000);
            }
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).await();
        }
    }

    private static WeakReference<VmessUsers> used() {
        VmessId id = VmessId.of("a");
        VmessUsers users = new VmessUsers(List.of(VmessId.of("b"), id));
        assertThat(users.match(AuthId.create(id, 7, new SecureRandom())).id()).isSameAs(id);
        return new WeakReference<>(users);
    }
}
