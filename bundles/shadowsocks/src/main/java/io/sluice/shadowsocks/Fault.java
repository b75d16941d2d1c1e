package io.sluice.shadowsocks;

/** What can be wrong with what the far side sends. */
public enum Fault {
    /** A tag does not match. */
    NOT_GENUINE("sent what does not decrypt: another method or key, or it was altered on the way"),
    /** FIN where more was announced. */
    TRUNCATED("ended the stream in the middle of a chunk"),
    /** SIP022 §3.1.3: salt and header must come in one piece. */
    SHORT("sent too little to begin with"),
    /** SIP004: the upper two bits of a length are reserved. */
    LENGTH("announced a chunk that is too long"),
    /** The address, the type, the padding. */
    HEADER("sent a malformed header"),
    /** SIP022: more than 30 seconds off. */
    TIME("has a clock that differs by more than 30 s, or sent something old again"),
    /** A salt or packet that came already. */
    REPLAYED("sent something again"),
    /** The table of salts has no room; see {@link io.sluice.shadowsocks.replay.SaltFilter}. */
    FILTER_FULL("sent more than replay protection can remember"),
    /** An answer to another request. */
    ANOTHER_REQUEST("answered another request than this one"),
    /** An identity header of nobody. */
    UNKNOWN_USER("is no user of this server");

    private final String sentence;

    Fault(String sentence) {
        this.sentence = sentence;
    }

    /** The end of a sentence whose subject is the far side. */
    public String sentence() {
        return sentence;
    }
}
