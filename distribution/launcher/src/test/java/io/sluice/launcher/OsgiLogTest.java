package io.sluice.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.service.log.FormatterLogger;
import org.osgi.service.log.LogService;
import org.slf4j.LoggerFactory;

class OsgiLogTest {
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger target = (Logger) LoggerFactory.getLogger("room");
    private final LogService service = new OsgiLog();

    @BeforeEach
    void listen() {
        target.setLevel(Level.INFO);
        target.setAdditive(false);
        target.addAppender(lines);
        lines.start();
    }

    @AfterEach
    void stopListening() {
        target.detachAppender(lines);
    }

    @Test
    void carries_level_message_and_cause() {
        Exception cause = new IllegalStateException("x");

        service.getLogger("room").error("no {} for {}", "backend", "tun", cause);

        ILoggingEvent line = lines.list.getFirst();
        assertThat(line.getLevel()).isEqualTo(Level.ERROR);
        assertThat(line.getFormattedMessage()).isEqualTo("no backend for tun");
        assertThat(line.getThrowableProxy().getMessage()).isEqualTo("x");
    }

    @Test
    void takes_none_one_two_and_many_values() {
        org.osgi.service.log.Logger logger = service.getLogger("room");

        logger.info("none {}");
        logger.info("{}", "one");
        logger.warn("{} {}", 1, 2);
        logger.audit("{} {} {}", 1, 2, 3);

        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("none {}", "one", "1 2", "1 2 3");
    }

    @Test
    void asks_the_level_and_spares_what_is_below_it() throws Exception {
        org.osgi.service.log.Logger logger = service.getLogger("room");
        AtomicInteger calls = new AtomicInteger();

        assertThat(logger.isInfoEnabled()).isTrue();
        assertThat(logger.isDebugEnabled()).isFalse();
        logger.debug("{}", "unseen");
        logger.debug(l -> calls.incrementAndGet());
        logger.warn(l -> l.warn("call {}", calls.incrementAndGet()));

        assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage).containsExactly("call 1");
    }

    @Test
    void formats_by_printf_where_the_bundle_asks_for_it() {
        service.getLogger("room", FormatterLogger.class).info("%05d %s", 42, "x");

        assertThat(lines.list).extracting(ILoggingEvent::getFormattedMessage).containsExactly("00042 x");
    }

    @Test
    void refuses_other_kinds_of_logger() {
        interface Own extends org.osgi.service.log.Logger {}

        assertThatThrownBy(() -> service.getLogger("room", Own.class)).isInstanceOf(IllegalArgumentException.class);
    }
}
