/** How often a setting is set again that another service keeps overwriting. Plain values; time comes in as an argument; one thread at a time. */
package io.sluice.dns.engine;
