package io.sluice.launcher;

import ch.qos.logback.classic.LoggerContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.LoggerFactory;

/** Sets the log up before the first logger exists, and closes it after the last line. */
final class LogFiles {
    private LogFiles() {}

    /** Points Logback at {@code etc/logback.xml}, which writes to {@code ${sluice.log}}. A box runs without log files too. */
    static void open(Directories directories) {
        try {
            Files.createDirectories(directories.log());
        } catch (IOException e) {
            System.err.println("sluice: the log directory " + directories.log() + " cannot be made: " + e
                    + ". Nothing is logged to files; check its owner, rights and space.");
        }
        System.setProperty("sluice.log", directories.log().toString());
        Path configuration = directories.setting("logback.xml");
        if (System.getProperty("logback.configurationFile") == null && Files.isReadable(configuration)) {
            System.setProperty(
                    "logback.configurationFile", configuration.toUri().toString());
        }
    }

    static void close() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.stop();
        }
    }
}
