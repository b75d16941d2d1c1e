/**
 * Linux network namespaces for tests that need root: made and removed by the test, named after this process so that two runs never meet.
 *
 * <p>Threads: a namespace belongs to a thread in Linux, so code that is to run inside is handed to the namespace's own thread.
 */
package io.sluice.testkit.netns;
