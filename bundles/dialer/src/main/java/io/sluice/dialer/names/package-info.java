/** Names to addresses where name servers fail. Threads: everything of one object on its loop. Ownership: none. */
package io.sluice.dialer.names;
