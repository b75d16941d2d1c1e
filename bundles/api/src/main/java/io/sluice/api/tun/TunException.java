package io.sluice.api.tun;

/** A device could not be opened, or is gone. */
public final class TunException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Code {
        /** There is no TUN facility on this machine (no device node, no module, no driver). */
        TUN_UNAVAILABLE,
        /** The process may not open it. */
        TUN_NOT_PERMITTED,
        /** The name is taken by an interface that is not ours or is in use. */
        TUN_NAME_IN_USE,
        /** An address could not be set because something else has it, or it is not valid here. */
        TUN_ADDRESS_REFUSED,
        /** The descriptor that was handed over is not a TUN device. */
        TUN_BAD_DESCRIPTOR,
        /** The device vanished while it was in use. */
        TUN_GONE,
        /** Any other system error; the message has its name. */
        TUN_SYSTEM_ERROR
    }

    private final Code code;

    public TunException(Code code, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    public TunException(Code code, String message) {
        this(code, message, null);
    }

    public Code code() {
        return code;
    }
}
