package io.sluice.loop;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A kernel pipe, both ends non-blocking. */
final class Pipe {

    private static final Logger LOG = LoggerFactory.getLogger(Pipe.class);

    private final FileDescriptor end;
    private final FileDescriptor start;

    private Pipe(FileDescriptor end, FileDescriptor start) {
        this.end = end;
        this.start = start;
    }

    static Pipe open() throws IOException {
        FileDescriptor[] ends = FileDescriptor.pipe();
        return new Pipe(ends[0], ends[1]);
    }

    /** Where octets go in. */
    int start() {
        return start.intValue();
    }

    /** Where they come out. */
    int end() {
        return end.intValue();
    }

    void close() {
        try {
            start.close();
            end.close();
        } catch (IOException e) {
            LOG.debug("a pipe did not close: {}", e.toString());
        }
    }
}
