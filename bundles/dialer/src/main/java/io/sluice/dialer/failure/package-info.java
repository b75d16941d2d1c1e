/** What went wrong, in words. Threads: any. Ownership: none. */
package io.sluice.dialer.failure;
