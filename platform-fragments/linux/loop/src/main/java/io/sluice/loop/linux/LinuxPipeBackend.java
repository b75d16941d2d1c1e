package io.sluice.loop.linux;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import io.sluice.loop.spi.PipeBackend;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * {@code fcntl(F_SETPIPE_SZ)}.
 *
 * <p>Called as a JNA function, not as a mapped method: JNA keeps the class of a mapping for ever, and with it the class loader of every
 * bundle that has been replaced.
 */
@Component(service = PipeBackend.class)
public final class LinuxPipeBackend implements PipeBackend {

    /** linux/fcntl.h: F_LINUX_SPECIFIC_BASE + 7. */
    static final int F_SETPIPE_SZ = 1031;

    /** A pipe's size when it is made: 16 pages (linux/pipe_fs_i.h, PIPE_DEF_BUFFERS). */
    static final int USUAL = 65_536;

    private static final Function FCNTL = NativeLibrary.getProcess().getFunction("fcntl");

    @Activate
    public LinuxPipeBackend() {}

    @Override
    public void enlarge(int descriptor, int octets) {
        // EPERM: over fs.pipe-max-size, or over what this user may have in all pipes together (pipe(7)); then less may
        // do.
        for (int size = octets; size > USUAL; size /= 2) {
            if (FCNTL.invokeInt(new Object[] {descriptor, F_SETPIPE_SZ, size}) >= 0) {
                return;
            }
        }
    }
}
