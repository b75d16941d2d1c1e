package io.sluice.netlink.linux;

import java.io.IOException;

/** The kernel refused a request, or its answer makes no sense. The message holds the kernel's own words where it sent any. */
public final class NetlinkException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int errno;

    /**
     * @param errno positive; 0 when the answer was malformed
     * @param message what was asked and what came back
     */
    public NetlinkException(int errno, String message) {
        super(message);
        this.errno = errno;
    }

    /** Positive error number, 0 for a malformed answer. */
    public int errno() {
        return errno;
    }
}
