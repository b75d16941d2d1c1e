/**
 * Redirection by nftables ({@code redirect}), and the destination before it (SO_ORIGINAL_DST, IP6T_SO_ORIGINAL_DST).
 *
 * <p>Threads: rules on the caller's thread, which waits; destinations on the channel's loop. Ownership: the table {@code inet sluice_redirect} is ours.
 */
package io.sluice.inbound.redirect.linux;
