/**
 * The outbound {@code block}: whatever is sent to it is refused.
 *
 * <p>Threads: answers on the flow's event loop, at once. Ownership: it opens nothing.
 */
package io.sluice.outbound.block;
