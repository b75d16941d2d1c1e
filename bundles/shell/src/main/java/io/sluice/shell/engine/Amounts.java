package io.sluice.shell.engine;

import java.time.Duration;
import java.util.Locale;

/** Octets and times as people read them. */
public final class Amounts {

    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};

    private Amounts() {}

    /** Decimal units (1 kB = 1000 B), three significant digits. */
    public static String bytes(long octets) {
        double value = octets;
        int unit = 0;
        while (value >= 999.5 && unit < UNITS.length - 1) {
            value /= 1000;
            unit++;
        }
        return unit == 0
                ? octets + " B"
                : String.format(Locale.ROOT, value < 99.95 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
    }

    /** The two largest units, e.g. {@code 3h12m}, {@code 40s}, {@code 250ms}. */
    public static String time(Duration time) {
        long seconds = time.toSeconds();
        if (seconds < 1) {
            return Math.max(0, time.toMillis()) + "ms";
        }
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return seconds / 60 + "m" + seconds % 60 + "s";
        }
        if (seconds < 86_400) {
            return seconds / 3600 + "h" + seconds % 3600 / 60 + "m";
        }
        return seconds / 86_400 + "d" + seconds % 86_400 / 3600 + "h";
    }
}
