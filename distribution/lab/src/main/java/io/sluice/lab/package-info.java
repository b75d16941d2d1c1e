/**
 * The leak and fault lab: network namespaces around a running appliance, canaries that must not be seen outside the tunnel, two observers that look for them, and
 * faults thrown at random moments of a seeded sequence.
 *
 * <p>Threads: the driver's own; canaries and servers each have one in the namespace that they live in. Everything in the lab belongs to it and ends with it.
 */
package io.sluice.lab;
