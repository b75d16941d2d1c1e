/**
 * What a platform's fragment supplies to this room. Private to the host bundle and its fragments.
 *
 * <p>Threads: as each method says. Ownership: channels stay the caller's.
 */
package io.sluice.inbound.redirect.spi;
