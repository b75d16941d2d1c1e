package io.sluice.killswitch.spi;

import java.util.Objects;

/** What is done with a packet. */
public sealed interface Action {

    record Accept() implements Action {}

    /** It vanishes. */
    record Drop() implements Action {}

    /** It vanishes and its sender is told by ICMP: administratively prohibited (RFC 1812 §5.2.7.1, RFC 4443 §3.1). */
    record Prohibit() implements Action {}

    /** It vanishes and its sender is told by ICMP: port unreachable. */
    record Unreachable() implements Action {}

    /** It vanishes and its sender is told by a TCP reset. */
    record Reset() implements Action {}

    /** The packet goes on with this mark. */
    record Mark(int mark) implements Action {}

    /** The packet goes on with this bit of its mark set. */
    record MarkBit(int bit) implements Action {}

    /** It goes on; for rules that only count. */
    record Continue() implements Action {}

    /** It is held against the rules of a part first. */
    record Jump(String chain) implements Action {
        public Jump {
            Objects.requireNonNull(chain, "chain");
        }
    }
}
