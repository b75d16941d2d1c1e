package io.sluice.dns.linux;

import io.sluice.api.dns.HostDnsException;
import io.sluice.api.dns.HostDnsSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;

/**
 * The file {@code /etc/resolv.conf}, where nobody else keeps the resolver.
 *
 * <p>Ours begins with {@link #MARK}. Before it takes the place of one that does not, that one, file or symbolic link, is put at {@link #SAVED} beside it; so what
 * is there tells what to do, at any moment and after any crash:
 * <ul>
 *   <li>saved one there, ours in place: the saved one goes back;
 *   <li>saved one there, another's in place: somebody wrote a newer one after us; that one stays and the saved one is thrown away;
 *   <li>no saved one, ours in place: the host had none.
 * </ul>
 * A file is replaced by renaming, so no program reads half of one. Where the file is a mount point, as in containers, it cannot be renamed over and is
 * written in place, the mark first.
 */
record ResolvConfFile(Path etc) implements ResolverManager {

    static final String SAVED = "resolv.conf.before-sluice";
    static final String MARK =
            "# Written by Sluice. The host's own is in " + SAVED + " and comes back when the tunnel stops.\n";

    private static final String FRESH = ".resolv.conf.sluice";

    /** Far above any real one; a larger file is not read but replaced. */
    private static final long LARGEST = 1 << 20;

    @Override
    public String name() {
        return "resolv.conf";
    }

    @Override
    public boolean inCharge() {
        return true;
    }

    private Path file() {
        return etc.resolve("resolv.conf");
    }

    private Path saveAt() {
        return etc.resolve(SAVED);
    }

    /** What programs of the host read now; empty where there is nothing. */
    String read() throws IOException {
        try {
            return Files.size(file()) > LARGEST ? "" : Files.readString(file(), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    @Override
    public void apply(HostDnsSettings settings) throws HostDnsException {
        String wanted = MARK + ResolvConf.text(settings);
        try {
            String now = read();
            if (now.equals(wanted)) {
                return;
            }
            if (!ours(now)) {
                save();
            }
            replace(wanted);
        } catch (IOException e) {
            throw refused("written", e);
        }
    }

    @Override
    public boolean holds(HostDnsSettings settings) throws HostDnsException {
        try {
            return read().equals(MARK + ResolvConf.text(settings));
        } catch (IOException e) {
            throw refused("read", e);
        }
    }

    @Override
    public boolean restore() throws HostDnsException {
        try {
            boolean kept = saved();
            boolean ours = ours(read());
            if (kept && ours) {
                putBack();
            } else if (kept) {
                Files.delete(saveAt());
            } else if (ours) {
                remove();
            } else {
                return false;
            }
            return true;
        } catch (IOException e) {
            throw refused("restored", e);
        }
    }

    @Override
    public List<Path> folders() {
        return List.of(etc);
    }

    /** A mount point's own folder is told nothing about its file, so this is how soon a change is seen there. */
    @Override
    public Duration look() {
        return Duration.ofSeconds(1);
    }

    /** Ours, or what a crash left of ours while it was written in place: then there is a saved one, because that is written first. */
    private boolean ours(String text) {
        return text.startsWith(MARK)
                || (saved() && MARK.startsWith(text) && Files.exists(file()) && !Files.isSymbolicLink(file()));
    }

    private boolean saved() {
        return Files.exists(saveAt(), LinkOption.NOFOLLOW_LINKS);
    }

    private void save() throws IOException {
        Path fresh = etc.resolve(FRESH);
        Files.deleteIfExists(fresh);
        if (Files.isSymbolicLink(file())) {
            Files.createSymbolicLink(fresh, Files.readSymbolicLink(file()));
        } else if (Files.exists(file())) {
            Files.copy(file(), fresh, StandardCopyOption.COPY_ATTRIBUTES);
            force(fresh);
        } else {
            Files.deleteIfExists(saveAt());
            return;
        }
        Files.move(fresh, saveAt(), StandardCopyOption.ATOMIC_MOVE);
        force(etc);
    }

    private void replace(String text) throws IOException {
        Path fresh = etc.resolve(FRESH);
        Files.deleteIfExists(fresh);
        Files.writeString(fresh, text, StandardOpenOption.CREATE_NEW);
        // Every program of the host reads it, whatever our umask.
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-r--r--"));
        force(fresh);
        try {
            Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            Files.delete(fresh);
            writeInPlace(text.getBytes(StandardCharsets.ISO_8859_1), e);
        }
        force(etc);
    }

    private void putBack() throws IOException {
        try {
            Files.move(saveAt(), file(), StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            writeInPlace(Files.readAllBytes(saveAt()), e);
            Files.delete(saveAt());
        }
        force(etc);
    }

    private void remove() throws IOException {
        try {
            Files.delete(file());
        } catch (FileSystemException e) {
            writeInPlace(new byte[0], e);
        }
        force(etc);
    }

    /** @param renaming why it could not be replaced as a whole; told if this is refused too */
    private void writeInPlace(byte[] bytes, FileSystemException renaming) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file(), StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        } catch (IOException e) {
            e.addSuppressed(renaming);
            throw e;
        }
    }

    private static void force(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private HostDnsException refused(String what, IOException e) {
        String why = e instanceof FileSystemException named && named.getReason() != null
                ? named.getReason()
                : e.getClass().getSimpleName();
        return new HostDnsException(
                file() + " could not be " + what + ": " + why + "; it needs root, a writable " + etc
                        + ", and no immutable flag (lsattr)",
                e);
    }
}
