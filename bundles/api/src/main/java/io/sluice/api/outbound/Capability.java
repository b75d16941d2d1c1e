package io.sluice.api.outbound;

/** What an outbound can carry. */
public enum Capability {
    /** Streams. */
    TCP,
    /** Datagrams. */
    UDP,
    /** It passes domain names on unresolved, so that the far side resolves them. */
    REMOTE_NAMES,
    /** Echo requests for hosts beyond it may be answered on its behalf: it leads outside. */
    LOCAL_ECHO
}
