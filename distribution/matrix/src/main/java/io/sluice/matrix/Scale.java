package io.sluice.matrix;

/**
 * How much of everything.
 *
 * @param octets of a transfer, each way
 * @param connections that are short
 * @param singles writes of one octet
 */
record Scale(long octets, int connections, int singles) {

    /** What a test run has time for. */
    static final Scale QUICK = new Scale(4 << 20, 40, 300);

    static final Scale FULL = new Scale(100_000_000, 500, 2_000);
}
