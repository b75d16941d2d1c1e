/**
 * The appliance as it is shipped, in a real framework, with traffic: its features resolve, its bundles are swapped while downloads run,
 * and swaps leave nothing behind.
 *
 * <p>Theory of operation: Maven forks the JVM into a network namespace of its own. {@link io.sluice.itest.ApplianceRunner} hands the test
 * class to Pax Exam, whose framework gets the bundles of the distribution's feature files ({@link io.sluice.itest.Distribution}). The
 * test methods themselves run as a bundle inside that framework. {@link io.sluice.itest.World} is what lies beyond the appliance: a
 * second namespace in which {@link io.sluice.itest.TrafficServer} answers. The test JVM is the appliance and its client at once: what
 * {@link io.sluice.itest.Download} opens is routed into the TUN device like any other program's connection.
 *
 * <p>Threads: JUnit's; a download has a thread of its own.
 */
package io.sluice.itest;
