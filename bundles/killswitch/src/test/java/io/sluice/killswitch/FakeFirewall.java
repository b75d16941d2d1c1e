package io.sluice.killswitch;

import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchException.Code;
import io.sluice.api.killswitch.KillSwitchStatus.Drops;
import io.sluice.api.killswitch.LeakProof;
import io.sluice.killswitch.spi.Filter;
import io.sluice.killswitch.spi.FirewallBackend;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A host that remembers what it was told. */
final class FakeFirewall implements FirewallBackend {

    private static final String BOOT = "boot";
    private static final String CLOSED = "closed";

    Optional<Filter> kernel = Optional.empty();
    Optional<Filter> boot = Optional.empty();
    final List<String> calls = new ArrayList<>();
    Optional<Notices> notices = Optional.empty();
    boolean refuses;
    /** At the next call, as no backend should. */
    boolean breaks;

    boolean hardened;
    /** Of the kernel's settings. */
    boolean refusesToRelax;
    /** What is put back when another one cannot be. */
    Map<String, String> putBack = Map.of();

    Map<String, String> relaxed = Map.of();
    List<Drops> counters = List.of();
    List<String> limitations = List.of();
    /** What others do right after somebody has looked for the rules. */
    Runnable afterLook = () -> {};
    /** What others do while canaries are sent. */
    Runnable whileProving = () -> {};
    /** What becomes of canaries. */
    LeakProof.Outcome outcome = LeakProof.Outcome.HELD_BACK;

    private void call(String name) throws KillSwitchException {
        calls.add(name);
        if (breaks) {
            breaks = false;
            throw new IllegalStateException("the backend breaks");
        }
        if (refuses) {
            throw new KillSwitchException(Code.FILTER_REFUSED, "the kernel refuses", null);
        }
    }

    @Override
    public void set(Filter filter) throws KillSwitchException {
        call("set");
        kernel = Optional.of(filter);
        counters = List.of();
    }

    @Override
    public boolean remove() throws KillSwitchException {
        call("remove");
        boolean there = kernel.isPresent();
        kernel = Optional.empty();
        return there;
    }

    @Override
    public boolean present() {
        boolean there = kernel.isPresent();
        afterLook.run();
        return there;
    }

    @Override
    public List<Drops> counters() {
        return counters;
    }

    @Override
    public List<String> show() {
        return kernel.map(filter -> List.of(filter.toString())).orElse(List.of());
    }

    @Override
    public List<String> limitations() {
        return limitations;
    }

    @Override
    public Watch watch(Notices told) {
        notices = Optional.of(told);
        return () -> notices = Optional.empty();
    }

    @Override
    public Map<String, String> settings(Map<String, String> saved) {
        if (!saved.isEmpty()) {
            return saved;
        }
        Map<String, String> weak = new HashMap<>(putBack);
        if (!hardened) {
            weak.put("setting", "0");
        }
        return weak;
    }

    @Override
    public void harden(Map<String, String> saved) {
        hardened = true;
    }

    @Override
    public void relax(Map<String, String> saved) throws KillSwitchException {
        if (refusesToRelax) {
            throw new KillSwitchException(Code.FILTER_DENIED, "the settings cannot be put back", null);
        }
        hardened = saved.isEmpty() && hardened;
        relaxed = saved;
    }

    @Override
    public int forgetConnections(int mark) {
        calls.add("forget");
        return 0;
    }

    /** And durably, as a backend must: what a crash leaves of it is looked at. */
    @Override
    public void keepForBoot(Path folder, Optional<Filter> filter) throws KillSwitchException {
        boot = filter;
        Path fresh = folder.resolve(BOOT + ".new");
        try {
            Files.createDirectories(folder);
            try (FileChannel out = FileChannel.open(
                    fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                out.write(ByteBuffer.wrap((filter.isPresent() ? CLOSED : "open").getBytes(StandardCharsets.UTF_8)));
                out.force(true);
            }
            Files.move(fresh, folder.resolve(BOOT), StandardCopyOption.ATOMIC_MOVE);
            try (FileChannel opened = FileChannel.open(folder, StandardOpenOption.READ)) {
                opened.force(true);
            }
        } catch (IOException e) {
            throw new KillSwitchException(Code.STATE_NOT_KEPT, "the disk refuses", e);
        }
    }

    /** Whether a machine with this folder is closed before the process runs. */
    static boolean closedAtBoot(Path folder) throws IOException {
        Path file = folder.resolve(BOOT);
        return Files.exists(file) && Files.readString(file).equals(CLOSED);
    }

    @Override
    public List<LeakProof.Canary> sendCanaries(List<InetAddress> targets, Optional<String> except) {
        calls.add("canaries");
        whileProving.run();
        counters = List.of(new Drops("output", 2, 80));
        return targets.stream()
                .map(target -> new LeakProof.Canary("TCP", target.getHostAddress(), "eth0", outcome, "refused"))
                .toList();
    }
}
