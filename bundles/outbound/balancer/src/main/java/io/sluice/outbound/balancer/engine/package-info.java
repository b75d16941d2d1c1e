/**
 * Opening by one of several outbounds.
 *
 * <p>Every flow is an {@link io.sluice.outbound.balancer.engine.Opening}: it asks one member after the other, and the next one beside a silent one, until one opens or all have
 * failed. What flows learn of a member is its {@link io.sluice.outbound.balancer.engine.Health}; nobody is asked without a flow.
 *
 * <p>When a member's service goes away, this room does for its flows what the flow room does for those of an outbound that it leased itself: they go on until the
 * drain time-out and then end with {@code OUTBOUND_WITHDRAWN} (associations at once, where another member is up and can do them, unless the balancer itself goes). The flow room cannot: its lease is the balancer's, and
 * a chain ({@code dialerProxy}) has none.
 *
 * <p>Limits, and why: what is up is learned from opening only. A server of a protocol without an answer of its own (Shadowsocks, VMess without TLS) counts as up as long as it takes
 * connections; an association of datagrams proves nothing, for most protocols open it without asking, so a member that is down comes back by a stream. What a
 * proxy says of a destination is believed: one that answers every request with a refusal is up. A member whose failures blame nobody ({@code loopback}) is never down. A destination that says nothing may keep a member that is down from coming back
 * while it asks most; no flow ever leaves the group for that.
 *
 * <p>Threads: an opening lives on its flow's loop; members, their health and the snapshot of them are safe for all. Ownership: an attempt that is not wanted closes
 * what it opened.
 */
package io.sluice.outbound.balancer.engine;
