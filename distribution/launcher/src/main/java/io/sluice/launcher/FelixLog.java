package io.sluice.launcher;

import org.apache.felix.framework.Logger;
import org.slf4j.LoggerFactory;

/** Carries what the framework itself has to say into the log, from its first line on. */
final class FelixLog extends Logger {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger("org.apache.felix.framework");

    FelixLog() {
        setLogLevel(LOG_WARNING);
    }

    @Override
    protected void doLog(int level, String message, Throwable cause) {
        switch (level) {
            case LOG_ERROR -> LOG.error(message, cause);
            case LOG_WARNING -> LOG.warn(message, cause);
            case LOG_INFO -> LOG.info(message, cause);
            default -> LOG.debug(message, cause);
        }
    }
}
