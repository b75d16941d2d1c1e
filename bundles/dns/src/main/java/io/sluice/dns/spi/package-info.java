/** What a platform's fragment supplies to this room. Private to the host bundle and its fragments. */
package io.sluice.dns.spi;
