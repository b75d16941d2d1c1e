package io.sluice.blackbox;

/**
 * What a command left.
 *
 * @param exit its exit status
 * @param out what it printed
 * @param err what it said on standard error
 */
record Answer(int exit, String out, String err) {

    String all() {
        return out + err;
    }
}
