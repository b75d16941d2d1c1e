package io.sluice.testkit.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A channel of a file, or of a folder that is to be synced. */
final class RecordedChannel extends FileChannel {

    /** In place of a file's number. */
    static final int FOLDER = -1;

    private final FileChannel real;
    private final DiskRecorder recorder;
    private final int file;
    private final Path path;

    /** @param file its number, or {@link #FOLDER} */
    RecordedChannel(FileChannel real, DiskRecorder recorder, int file, Path path) {
        this.real = real;
        this.recorder = recorder;
        this.file = file;
        this.path = path;
    }

    private int wrote(ByteBuffer source, long at) throws IOException {
        byte[] octets = new byte[source.remaining()];
        source.duplicate().get(octets);
        int count = real.write(source, at);
        recorder.wrote(file, at, octets);
        return count;
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        long at = real.position();
        int count = wrote(source, at);
        real.position(at + count);
        return count;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        return wrote(source, position);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long count = 0;
        for (int i = offset; i < offset + length; i++) {
            count += write(sources[i]);
        }
        return count;
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        real.truncate(size);
        recorder.truncated(file, size);
        return this;
    }

    /** Noted, and not done. */
    @Override
    public void force(boolean metadata) {
        if (file == FOLDER) {
            recorder.syncedFolder(path);
        } else {
            recorder.synced(file);
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return real.read(target);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return real.read(target, position);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        return real.read(targets, offset, length);
    }

    @Override
    public long position() throws IOException {
        return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        real.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return real.size();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return real.transferTo(position, count, target);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw new UnsupportedOperationException("not recorded");
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw new UnsupportedOperationException("not recorded");
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException("not recorded");
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) {
        throw new UnsupportedOperationException("not recorded");
    }

    @Override
    protected void implCloseChannel() throws IOException {
        real.close();
    }
}
