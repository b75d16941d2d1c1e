package io.sluice.proxyserver.keyed;

/** What the first octets of a connection say. */
public sealed interface Greeting {

    /** Too few to tell. */
    record Undecided() implements Greeting {}

    /** Not one of ours. Nothing was taken. */
    record Stranger() implements Greeting {}

    /** One of ours; the greeting was taken. */
    record Known(Users.User user) implements Greeting {}

    Greeting UNDECIDED = new Undecided();

    Greeting STRANGER = new Stranger();
}
