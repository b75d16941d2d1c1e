package io.sluice.api.net;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an error of a socket says to people, instead of the system call's name and number. */
public final class SystemErrors {

    private static final String RESET = "the connection was reset";

    /** Texts of strerror(3), and of Java where they differ; the first that is found counts. */
    private static final Map<String, String> SENTENCES = new LinkedHashMap<>();

    static {
        SENTENCES.put("Connection refused", "the connection was refused");
        SENTENCES.put("Connection reset", RESET);
        SENTENCES.put("Broken pipe", RESET);
        SENTENCES.put("Connection timed out", "no answer came in time");
        SENTENCES.put("No route to host", "there is no route to the host");
        SENTENCES.put("Host is unreachable", "there is no route to the host");
        SENTENCES.put("Network is unreachable", "there is no route to the network");
        SENTENCES.put("Network is down", "the network interface is down");
        SENTENCES.put("Cannot assign requested address", "the local address cannot be used");
        SENTENCES.put("Address already in use", "the local port is taken");
        SENTENCES.put("Permission denied", "this host's packet filter or rights forbid it");
        SENTENCES.put("Operation not permitted", "this host's packet filter or rights forbid it");
        SENTENCES.put("Too many open files", "this process has too many open files");
        SENTENCES.put("No buffer space available", "this host has no buffer left");
        SENTENCES.put("Message too long", "the datagram is too long for the path");
        SENTENCES.put("Invalid argument", "the system takes no such address");
    }

    /** As Netty's native transports write it, with the address that some add: {@code finishConnect(..) failed with error(-111): Connection refused: /192.0.2.1:9}. */
    private static final Pattern NATIVE = Pattern.compile(
            "[A-Za-z_]+\\(\\.\\.\\) failed(?: with error\\(-?[0-9]+\\))?: ([A-Za-z /]+)(?:: \\S+:[0-9]+)?");

    private SystemErrors() {}

    /** One sentence without a full stop. */
    public static String sentence(Throwable failure) {
        String message = failure.getMessage();
        if (message == null) {
            return switch (failure) {
                case ClosedChannelException _ -> "the connection was closed";
                // ENOTCONN of shutdown(2), for a FIN: it was connected, and its peer has reset it meanwhile.
                case NotYetConnectedException _ -> RESET;
                default -> failure.getClass().getSimpleName();
            };
        }
        String known = known(message);
        return known != null && failure instanceof IOException ? known : clean(message);
    }

    /** Whether a socket says that its peer has reset the connection. */
    public static boolean isReset(Throwable failure) {
        return failure instanceof IOException
                && failure.getMessage() != null
                && RESET.equals(known(failure.getMessage()));
    }

    /** The same text with what a system call said in it as a sentence; null stays null. */
    public static String clean(String text) {
        if (text == null || !text.contains("(..) failed")) {
            return text;
        }
        Matcher raw = NATIVE.matcher(text);
        return raw.replaceAll(found -> {
            String known = known(found.group(1));
            return Matcher.quoteReplacement(known == null ? found.group(1).strip() : known);
        });
    }

    private static String known(String text) {
        for (Map.Entry<String, String> entry : SENTENCES.entrySet()) {
            if (text.contains(entry.getKey())) {
                return entry.getValue();
            }
        }
        return null;
    }
}
