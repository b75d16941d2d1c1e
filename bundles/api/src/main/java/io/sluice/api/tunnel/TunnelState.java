package io.sluice.api.tunnel;

/** The coordinator's states, as people see them. */
public enum TunnelState {
    /** Nothing of ours is on the host. */
    DISCONNECTED,
    /** Steps are being taken. */
    CONNECTING,
    /** Traffic is taken in. */
    CONNECTED,
    /** Everything stands, but the host has no way out: traffic is refused until there is one. */
    OFFLINE,
    /** Steps are being undone. */
    DISCONNECTING,
    /** It failed; everything was undone. {@link TunnelStatus#error()} says why. */
    ERROR
}
