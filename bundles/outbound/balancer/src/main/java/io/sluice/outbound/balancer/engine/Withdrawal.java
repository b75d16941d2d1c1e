package io.sluice.outbound.balancer.engine;

import java.time.Duration;

/**
 * What becomes of a member's flows when it has gone.
 *
 * @param drainTimeout how long they may go on
 * @param datagramsElsewhere whether another member is up and can do associations: then they end now, and their source's next datagram goes by that one
 */
record Withdrawal(Duration drainTimeout, boolean datagramsElsewhere) {}
