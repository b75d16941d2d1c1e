package io.sluice.matrix;

import java.util.List;
import java.util.Map;

/**
 * What came of a cell.
 *
 * @param absent why it did not run; else empty
 * @param texts by column
 * @param faults sentences, each of which makes the cell a failure
 * @param limits what the peer itself cannot do either, client and server being both of its own
 */
record Result(
        Cell cell, String absent, Map<String, String> texts, List<String> faults, List<String> limits, double seconds) {

    boolean ran() {
        return absent.isEmpty();
    }

    boolean good() {
        return ran() && faults.isEmpty();
    }
}
