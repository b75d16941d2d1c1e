/**
 * The interface without the server: routes, credentials, what a request must look like to be let in, and the events of a moment. Plain Java;
 * the clock and the randomness come in.
 *
 * <p>Threads: routes are immutable; credentials and the event log may be used from any thread.
 */
package io.sluice.rest.engine;
