package io.sluice.config.engine;

import java.util.List;

/** A JSON value (RFC 8259) that knows where it stands. {@code toString} shows no content: it may be a secret. */
sealed interface Json {

    /** Where it begins. */
    Place at();

    /** What it is, for people: "a string". */
    String kind();

    /** Members in the order of the text; a name that comes again is not among them. */
    record Obj(Place at, List<Member> members) implements Json {

        @Override
        public String kind() {
            return "an object";
        }
    }

    /** @param at where the name begins */
    record Member(String name, Place at, Json value) {}

    /** An array. */
    record Arr(Place at, List<Json> items) implements Json {

        @Override
        public String kind() {
            return "an array";
        }
    }

    /** A string. */
    record Str(Place at, String value) implements Json {

        @Override
        public String kind() {
            return "a string";
        }

        @Override
        public String toString() {
            return "Str[" + at + "]";
        }
    }

    /** @param literal as it was written, a valid JSON number */
    record Num(Place at, String literal) implements Json {

        @Override
        public String kind() {
            return "a number";
        }

        @Override
        public String toString() {
            return "Num[" + at + "]";
        }
    }

    /** A truth value. */
    record Bool(Place at, boolean value) implements Json {

        @Override
        public String kind() {
            return value ? "true" : "false";
        }
    }

    /** Null. */
    record Nothing(Place at) implements Json {

        @Override
        public String kind() {
            return "null";
        }
    }
}
