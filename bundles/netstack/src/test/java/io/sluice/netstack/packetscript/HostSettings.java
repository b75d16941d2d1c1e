package io.sluice.netstack.packetscript;

import io.sluice.netstack.engine.tcp.TcpParameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The host's settings, as the shell commands of a script change them. */
final class HostSettings {

    private static final int COMMAND_NOT_FOUND = 127;
    private static final Pattern ASSIGNMENT = Pattern.compile("(?:/proc/sys/)?([\\w./-]+)=(.*)");
    private static final Pattern ROUTE_MTU = Pattern.compile("\\bmtu (?:lock )?(\\d+)");
    private static final Pattern ROUTE_MSS = Pattern.compile("\\badvmss (\\d+)");

    /** A millisecond: what Linux adds is two ticks of its clock. */
    private static final long LINUX_PROBE_SLACK = 2_000_000;

    private static final int LINUX_WINDOW_SHIFT = 8;

    private final Path folder;
    private final Map<String, String> values = new HashMap<>();
    private int mtu = 1500;
    private int mss;
    private boolean deviceFull;

    /** @param folder what the commands' relative paths are relative to */
    HostSettings(Path folder) {
        this.folder = folder;
    }

    /** Understands a command; returns the exit code it would have had. */
    int run(String command) {
        for (String line : command.replace("\\\n", " ").split("[\n;]")) {
            String bare = line.replaceFirst("(^|\\s)#.*", "").strip();
            if (!bare.isEmpty() && !runLine(bare, List.of(bare.split("\\s+")))) {
                return COMMAND_NOT_FOUND;
            }
        }
        return 0;
    }

    private boolean runLine(String line, List<String> words) {
        String program = words.getFirst();
        if (program.contains("sysctl_restore")) {
            return true;
        }
        if (program.endsWith(".sh")) {
            return run(read(folder.resolve(program))) == 0;
        }
        if (program.equals("sysctl") || program.endsWith("set_sysctls.py")) {
            words.forEach(this::assign);
            return true;
        }
        switch (program) {
            case "tc" -> deviceFull = line.contains("limit 0");
            case "ip" -> route(line);
            case "ethtool", "echo" -> {}
            default -> {
                return false;
            }
        }
        return true;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void assign(String word) {
        Matcher matcher = ASSIGNMENT.matcher(word);
        if (matcher.matches()) {
            values.put(matcher.group(1).replace('/', '.'), matcher.group(2).replace("\"", ""));
        }
    }

    private void route(String line) {
        Matcher newMtu = ROUTE_MTU.matcher(line);
        if (newMtu.find()) {
            mtu = Integer.parseInt(newMtu.group(1));
        }
        Matcher newMss = ROUTE_MSS.matcher(line);
        if (newMss.find()) {
            mss = Integer.parseInt(newMss.group(1));
        }
    }

    private boolean isOn(String name) {
        return !values.getOrDefault(name, "1").equals("0");
    }

    int mtu(boolean v4) {
        return mss > 0 ? Math.min(mtu, mss + (v4 ? 40 : 60)) : mtu;
    }

    boolean isDeviceFull() {
        return deviceFull;
    }

    /** Linux's choices, where a script does not set others. It acknowledges the first segments of a connection at once. */
    TcpParameters parameters() {
        return new TcpParameters(
                LINUX_WINDOW_SHIFT,
                0,
                LINUX_PROBE_SLACK,
                isOn("net.ipv4.tcp_early_retrans"),
                isOn("net.ipv4.tcp_slow_start_after_idle"));
    }
}
