package io.sluice.config.engine;

/**
 * The order in which components come into effect: what is needed comes before what needs it, so that a rule never names an outbound that is
 * not there yet. They go in reverse order.
 */
public enum Stage {
    KILL_SWITCH,
    EGRESS,
    FLOW,
    OUTBOUND,
    POLICY,
    INBOUND,
    REST,
    TUNNEL;

    static final String OUTBOUND_PREFIX = "io.sluice.outbound.";
    static final String INBOUND_PREFIX = "io.sluice.inbound.";
    static final String KILL_SWITCH_PID = "io.sluice.killswitch";
    static final String EGRESS_PID = "io.sluice.egress";
    static final String FLOW_PID = "io.sluice.flow";
    static final String POLICY_PID = "io.sluice.policy";
    static final String REST_PID = "io.sluice.rest";
    static final String TUNNEL_PID = "io.sluice.tunnel";

    static Stage of(String factory) {
        return switch (factory) {
            case KILL_SWITCH_PID -> KILL_SWITCH;
            case EGRESS_PID -> EGRESS;
            case FLOW_PID -> FLOW;
            case POLICY_PID -> POLICY;
            case REST_PID -> REST;
            case TUNNEL_PID -> TUNNEL;
            default -> factory.startsWith(OUTBOUND_PREFIX) ? OUTBOUND : INBOUND;
        };
    }

    /** Whether a PID is one that the configuration file decides about. */
    public static boolean manages(String pid) {
        return switch (pid) {
            case KILL_SWITCH_PID, EGRESS_PID, FLOW_PID, POLICY_PID, REST_PID, TUNNEL_PID -> true;
            default -> pid.contains("~") && (pid.startsWith(OUTBOUND_PREFIX) || pid.startsWith(INBOUND_PREFIX));
        };
    }
}
