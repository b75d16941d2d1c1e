package io.sluice.bench;

/**
 * One contender in one round of one group.
 *
 * @param gateway a fresh one, warmed up where the group asks for it
 * @param round from 0
 */
record Cell(Site site, Contender contender, Gateway gateway, Settings settings, int round, Results results) {

    /** @param better whether more of it is better; a name has one direction */
    void put(String measure, double value, Better better) {
        results.put(measure, contender.name(), value, better);
    }

    void put(String measure, double value) {
        put(measure, value, Better.MORE);
    }

    /** Which way a measure gets better. */
    enum Better {
        MORE,
        LESS
    }
}
