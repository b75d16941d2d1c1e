/** What a prober could learn from what comes back, and when. Threads: none of its own. */
package io.sluice.testkit.probe;
