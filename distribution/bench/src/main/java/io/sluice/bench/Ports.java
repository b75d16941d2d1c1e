package io.sluice.bench;

import java.util.stream.IntStream;

/** The far end's ports. */
final class Ports {

    /** Several, so that 10,000 connections from one address do not meet the same port's TIME-WAIT. */
    static final int[] ECHO = IntStream.range(7001, 7009).toArray();

    /** iperf3's own, and one for each of several at a time. */
    static final int[] IPERF = IntStream.range(5201, 5217).toArray();

    /** What answers datagrams. */
    static final int UDP_ECHO = 7001;

    static final int[] ALL =
            IntStream.concat(IntStream.of(ECHO), IntStream.of(IPERF)).toArray();

    private Ports() {}
}
