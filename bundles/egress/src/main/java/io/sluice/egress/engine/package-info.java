/**
 * Which interface a destination is reached by, and which endpoints are ours. Immutable tables and one concurrent registry; no threads, no
 * clock, no system calls.
 */
package io.sluice.egress.engine;
