package io.sluice.config.engine;

import java.util.function.Function;

/** A value, and where it was written. {@code toString} does not show it: it may be a secret. */
record Located<T>(T value, Place at, String path) {

    <U> Located<U> map(Function<T, U> mapping) {
        return new Located<>(mapping.apply(value), at, path);
    }

    @Override
    public String toString() {
        return path + " at " + at;
    }
}
