package io.sluice.api.killswitch;

/** When the filter is closed. The order is from loose to strict. */
public enum KillSwitchMode {
    /** Never: the machine's traffic takes its ordinary way whenever the tunnel is down. */
    OFF,
    /** From the first start of the tunnel until an operator stops it, through crashes, updates and restarts of the machine. */
    AUTO,
    /** Always, also when an operator has stopped the tunnel and before the appliance runs. */
    LOCKDOWN
}
