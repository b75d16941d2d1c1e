package io.sluice.testkit.crash;

/** One step of writing, in the words of the system call. Paths are relative to the recorded folder; a file is its number, whatever it is called. */
sealed interface DiskStep {

    record MakeFolder(String path) implements DiskStep {}

    record Create(String path, int file) implements DiskStep {}

    record MakeLink(String path, String target) implements DiskStep {}

    record Write(int file, long at, byte[] octets) implements DiskStep {}

    record Truncate(int file, long size) implements DiskStep {}

    record Rename(String from, String to) implements DiskStep {}

    record Delete(String path) implements DiskStep {}

    /** The octets of a file are durable. */
    record Sync(int file) implements DiskStep {}

    /** The names of a folder are durable. */
    record SyncFolder(String path) implements DiskStep {}

    /** Something was promised to somebody ({@code kept}), or will be. */
    record Mark(boolean kept) implements DiskStep {}

    /** Whether it changes names, not octets. */
    default boolean ofNames() {
        return this instanceof MakeFolder
                || this instanceof Create
                || this instanceof MakeLink
                || this instanceof Rename
                || this instanceof Delete;
    }
}
