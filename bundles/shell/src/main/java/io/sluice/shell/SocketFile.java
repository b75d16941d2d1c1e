package io.sluice.shell;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Objects;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * The socket's place in the file system. The directory is made 0700 before anything is bound in it, so there is no moment in which another
 * user could connect; the socket is bound under a name of its own and renamed, so a stale one is replaced in one step and a live one never.
 */
final class SocketFile {

    static final String NAME = "sluice.sock";

    /** sizeof(sockaddr_un.sun_path) − 1 on Linux (unix(7)); 103 on macOS. */
    private static final int MAX_PATH = 103;

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Path path;
    private final UserPrincipal owner;
    private final UserPrincipal root;
    private Object key;

    SocketFile(Path directory) throws IOException {
        makePrivate(directory);
        path = directory.toRealPath().resolve(NAME);
        int length =
                path.toString().getBytes(StandardCharsets.UTF_8).length + ".".length() + 20; // with the longest pid
        if (length > MAX_PATH) {
            throw new IOException("the path " + path + " is too long for a unix socket (" + MAX_PATH
                    + " octets). Use a shorter data directory");
        }
        owner = Files.getOwner(directory);
        // A number is looked up as a name first and then taken as the user's number: root is 0, whatever it is called.
        root = directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("0");
    }

    Path path() {
        return path;
    }

    private static void makePrivate(Path directory) throws IOException {
        Files.createDirectories(directory.toAbsolutePath().getParent());
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } catch (FileAlreadyExistsException e) {
            PosixFileAttributes found =
                    Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!found.isDirectory()) {
                throw new IOException(directory + " is not a directory (a symbolic link is refused). Remove it", e);
            }
            if (!found.permissions().equals(OWNER_ONLY)) {
                Files.setPosixFilePermissions(directory, OWNER_ONLY);
            }
        }
    }

    /** Makes a channel. */
    @FunctionalInterface
    interface Opener {
        ServerSocketChannel open() throws IOException;
    }

    /** @throws IOException if something else is at the path, or another appliance serves it */
    ServerSocketChannel bind(Opener opener, int backlog) throws IOException {
        refuseUnlessStale();
        Path fresh = path.resolveSibling(NAME + "." + ProcessHandle.current().pid());
        Files.deleteIfExists(fresh);
        ServerSocketChannel server = opener.open();
        try {
            server.bind(UnixDomainSocketAddress.of(fresh), backlog);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-------"));
            key = key(fresh);
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return server;
        } catch (IOException | RuntimeException e) {
            server.close();
            Files.deleteIfExists(fresh);
            throw e;
        }
    }

    private void refuseUnlessStale() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.isOther()) {
            throw new IOException(path + " is not a socket (a symbolic link or file is refused). Remove it");
        }
        try (SocketChannel live = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            throw new IOException("another appliance serves " + live.getRemoteAddress() + ". Stop it first");
        } catch (java.net.ConnectException e) {
            return; // nobody listens: left behind by a crash
        }
    }

    /** Removes the socket, unless another appliance has put its own there. */
    void remove() throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && Objects.equals(key(path), key)) {
            Files.deleteIfExists(path);
        }
    }

    private static Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .fileKey();
    }

    /** Whether the peer runs as the appliance's user or as root, by the kernel's word (SO_PEERCRED, unix(7)). */
    boolean trusts(SocketChannel peer) throws IOException {
        UnixDomainPrincipal who = peer.getOption(ExtendedSocketOptions.SO_PEERCRED);
        return who.user().equals(owner) || who.user().equals(root);
    }
}
