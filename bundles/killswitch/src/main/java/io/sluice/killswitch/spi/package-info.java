/**
 * What the room asks of a platform: a filter as a value, in the terms of every packet filter with states, and the backend that makes it the kernel's. For
 * fragments only. Values are immutable; the backend is called by one thread at a time and may block.
 */
package io.sluice.killswitch.spi;
