/**
 * The event loops of the data plane: one group for every bundle, on epoll where the native transport is there, else on NIO.
 *
 * <p>Threads: this room owns the loop threads {@code sluice-loop-0} … {@code sluice-loop-(n-1)}. They live from activation to
 * deactivation; whoever has channels on them closes those channels first, since a static reference to this room's service deactivates
 * its holder before the loops end.
 *
 * <p>Ownership: consumers never shut the group down.
 */
package io.sluice.loop;
