/** What a platform's fragment supplies to this room. Private to the host bundle and its fragments. Immutable values, no threads. */
package io.sluice.route.spi;
