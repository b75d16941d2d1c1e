package io.sluice.api.flow;

/** Why a flow ended or was refused: one vocabulary from the engine to the page. */
public enum CloseReason {
    /** Both sides ended it in order. */
    FINISHED("both sides ended the flow in order", false),
    /** The client aborted or vanished. */
    CLIENT_ABORTED("the client aborted the flow", false),
    /** The far side aborted. */
    REMOTE_ABORTED("the far side aborted the flow", false),
    /** Nothing moved for the configured time. */
    IDLE("nothing moved for the configured idle time", false),
    /** A rule rejects it. */
    POLICY_REJECTED("a rule rejects this flow", true),
    /** A rule drops it without an answer. */
    POLICY_DROPPED("a rule drops this flow", true),
    /** No rule table is in force. */
    POLICY_ABSENT("no policy is active, so nothing may leave", true),
    /** The outbound that policy named is not there. */
    OUTBOUND_ABSENT("the outbound that policy chose is not active", true),
    /** The outbound was taken away while the flow used it. */
    OUTBOUND_WITHDRAWN("the outbound was withdrawn", false),
    /** The outbound cannot carry this network. */
    OUTBOUND_UNSUPPORTED("the outbound cannot carry this kind of traffic", true),
    /** The far host, the proxy, or a packet filter before them, this host's kill switch among them, refused the connection. */
    CONNECT_REFUSED("the connection was refused", true),
    /** No answer within the connect time-out. */
    CONNECT_TIMEOUT("no answer within the connect time-out", true),
    /** No route to host or network. */
    UNREACHABLE("the destination is unreachable", true),
    /** The name has no address, or no resolver answered. */
    RESOLVE_FAILED("the name could not be resolved", true),
    /** The proxy wants other credentials. */
    PROXY_AUTH_FAILED("the proxy refused the credentials", true),
    /** The proxy answered with an error or nonsense. */
    PROXY_FAILED("the proxy failed", true),
    /** The server's certificate is not good, or no TLS could be agreed upon with it. */
    TLS_FAILED("the server's certificate or TLS was not acceptable", true),
    /** No physical interface to send by: dialling fails closed. */
    EGRESS_UNAVAILABLE("there is no physical interface to send by", true),
    /** The interface or address that the outbound's socket stood on has gone. */
    EGRESS_LOST("the interface or address that the flow went out by is gone", false),
    /** Our own socket's packet came back through the tunnel, or rules send the flow in a circle. */
    LOOP("the flow came back to where it had been", true),
    /** A bound of memory, flows or descriptors is reached. */
    LIMIT_REACHED("a limit of this appliance is reached", true),
    /** The stack or inbound went away. */
    INBOUND_WITHDRAWN("the inbound was withdrawn", false),
    /** An operator closed it. */
    OPERATOR("an operator closed the flow", false),
    /** The appliance is stopping. */
    SHUTDOWN("the appliance is stopping", false),
    /** A fault of our own; the log has it. */
    INTERNAL_ERROR("an internal error ended the flow", true);

    private final String sentence;
    private final boolean refusal;

    CloseReason(String sentence, boolean refusal) {
        this.sentence = sentence;
        this.refusal = refusal;
    }

    /** One sentence for people, without a full stop. */
    public String sentence() {
        return sentence;
    }

    /** Whether something was wrong: neither what somebody wished, as by another configuration, nor what a rule says. */
    public boolean fault() {
        return switch (this) {
            case FINISHED,
                    CLIENT_ABORTED,
                    IDLE,
                    POLICY_REJECTED,
                    POLICY_DROPPED,
                    OUTBOUND_WITHDRAWN,
                    INBOUND_WITHDRAWN,
                    OPERATOR,
                    SHUTDOWN -> false;
            default -> true;
        };
    }

    /** Whether it can refuse a flow that was never accepted. */
    public boolean refusal() {
        return refusal;
    }
}
