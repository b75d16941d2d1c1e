package io.sluice.netstack.packetscript;

/** A system call fails. */
final class CallException extends Exception {

    private static final long serialVersionUID = 1;

    /** One of {@link Errno}. */
    final long error;

    CallException(long error) {
        super("error " + error, null, false, false);
        this.error = error;
    }
}
