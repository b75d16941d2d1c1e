/**
 * The state machine of the tunnel: one file a state, one file a step. Plain Java: time comes from an {@code InstantSource}, delays go to a
 * {@code Timer}, files to a {@code Store}, services come as the value {@code Rooms}. Not thread-safe: the coordinator's thread owns all of
 * it.
 *
 * <pre>
 *                    start                    last step
 *   DISCONNECTED ─────────────► CONNECTING ─────────────► CONNECTED
 *        ▲  ▲                    ▲   │ fault, stop             │ fault, stop
 *        │  │     start, retry   │   ▼                         ▼
 *        │  └───────────── ERROR ◄── DISCONNECTING ◄───────────┘
 *        │       stop            after a fault │
 *        └─────────────────────────────────────┘ after a stop
 * </pre>
 *
 * <p>CONNECTED is called OFFLINE while the host has no way out; all that stands is held.
 *
 * <p>The kill switch is told the policy of a state before anything else of the state is done. DISCONNECTED by an operator is the only one that may open
 * it; one that waits for its rooms is blocked like ERROR. What the host refuses leads to ERROR, never to DISCONNECTED. After every change of
 * the network, the profile or a room, what stands is set again in one order: kill switch, egress, device, routes, redirection, resolver.
 *
 * <p>CONNECTING takes one step for every {@code Proceed}, DISCONNECTING undoes one; commands that came meanwhile are handled in between, so
 * a stop never waits for a start. A service that goes away while CONNECTED leaves the state as it is wherever the work can be
 * held: see {@code ConnectedState}.
 *
 * <p>Steps run code of other bundles, which may be half replaced: a {@code LinkageError} of theirs is a fault like any other.
 */
package io.sluice.tunnel.engine;
