package io.sluice.proxycodec.socks;

/** The octets are not SOCKS5. Without a stack trace: strangers can cause it at will. */
public final class MalformedSocksException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Socks5Status status;

    /**
     * @param status how a server answers it, where the conversation has come far enough for an answer
     * @param message what is wrong, as the end of a sentence; never holds the octets themselves
     */
    public MalformedSocksException(Socks5Status status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    public Socks5Status status() {
        return status;
    }
}
