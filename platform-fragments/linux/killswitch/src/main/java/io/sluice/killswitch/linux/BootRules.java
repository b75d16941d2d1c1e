package io.sluice.killswitch.linux;

import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchException.Code;
import io.sluice.killswitch.spi.Filter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The file that the program nft loads before any interface comes up, and the systemd unit that makes it do so. Both always exist, so that the unit is
 * installed once; a file for an open machine holds no rule. Each is replaced whole: a crash at any moment leaves the old one or the new one.
 */
final class BootRules {

    static final String RULES = "boot.nft";
    static final String UNIT = "sluice-killswitch-boot.service";

    /** What this process has written, and so is durable; what an earlier one has left may be in the memory of the system only. */
    private final Map<Path, String> durable = new HashMap<>();

    /** One thread at a time. The files are durable when it returns. */
    void keep(Path folder, Optional<Filter> filter) throws KillSwitchException {
        try {
            Files.createDirectories(folder);
            replace(folder.resolve(RULES), rules(filter));
            replace(folder.resolve(UNIT), unit(folder.toAbsolutePath().resolve(RULES)));
        } catch (IOException e) {
            throw new KillSwitchException(
                    Code.STATE_NOT_KEPT,
                    "The rules for the next boot could not be written into " + folder + ": " + e.getMessage(),
                    e);
        }
    }

    /** The table is named before it is deleted, so that the deletion finds one in any case; nft takes a file as one transaction. */
    static String rules(Optional<Filter> filter) {
        StringBuilder text = new StringBuilder();
        text.append("#!/usr/sbin/nft -f\n");
        text.append("# Written by Sluice's kill switch at each change of its state; loaded at boot by ")
                .append(UNIT)
                .append(".\n");
        if (filter.isEmpty()) {
            return text.append("# The kill switch is open: nothing is closed at boot.\n")
                    .toString();
        }
        text.append("table inet ").append(NftTables.FILTER).append("\n");
        text.append("delete table inet ").append(NftTables.FILTER).append("\n\n");
        NftTables.text(filter.get()).forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    /** As systemd.special(7) says of network-pre.target: ordered before it and pulling it in. */
    private static String unit(Path rules) {
        String quoted = '"'
                + rules.toString().replace("\\", "\\\\").replace("\"", "\\\"").replace("%", "%%")
                + '"';
        return """
            # Closes the machine before any interface comes up, if the kill switch was closed when the machine went down.
            # Install: ln -s "$PWD/%s" /etc/systemd/system/ && systemctl enable %s
            [Unit]
            Description=Sluice kill switch at boot
            DefaultDependencies=no
            RequiresMountsFor=%s
            After=local-fs.target
            Before=network-pre.target shutdown.target
            Wants=network-pre.target
            Conflicts=shutdown.target

            [Service]
            Type=oneshot
            RemainAfterExit=yes
            ExecStart=/usr/sbin/nft -f %s

            [Install]
            WantedBy=sysinit.target
            """.formatted(UNIT, UNIT, quoted, quoted);
    }

    private void replace(Path file, String text) throws IOException {
        if (text.equals(durable.get(file))
                && Files.exists(file)
                && Files.readString(file).equals(text)) {
            return;
        }
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        try (FileChannel out = FileChannel.open(
                fresh, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer octets = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (octets.hasRemaining()) {
                out.write(octets);
            }
            out.force(true);
        }
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        // The rename is durable when the folder is.
        try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
        durable.put(file, text);
    }
}
