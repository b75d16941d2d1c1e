package io.sluice.api.tunnel;

/** A command failed; everything it had done was undone. */
public final class TunnelException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient TunnelError error;

    public TunnelException(TunnelError error, Throwable cause) {
        super(error.message() + " " + error.remedy(), cause);
        this.error = error;
    }

    public TunnelError error() {
        return error;
    }
}
