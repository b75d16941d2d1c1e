package io.sluice.outbound.dns.engine;

import io.sluice.wire.dns.DnsRcode;
import io.sluice.wire.dns.DnsType;
import java.util.List;

/**
 * What is done with a query: the first rule that takes it decides. A query that none takes goes to the server if it asks for addresses (A, AAAA)
 * and is refused otherwise.
 *
 * <p>A rule is a line: an action, then conditions which must all hold, of each of which one value must. {@code direct} sends the query to the
 * server; {@code hijack} does so too, as there is no resolver of our own, and refuses what asks for no address; {@code drop} does not answer;
 * {@code return=5} answers with this response code. {@code type=1,28,64-65}: numbers of record types. {@code
 * domain=full:a.example,domain:b.example,keyword:c}: a name; it and what is below it; what contains it.
 */
public final class DnsRules {

    /** A query's fate. */
    sealed interface Fate {

        /** To the server. */
        record Forward() implements Fate {}

        /** No answer. */
        record Drop() implements Fate {}

        /** This answer, without records. */
        record Answer(int rcode) implements Fate {}
    }

    static final Fate FORWARD = new Fate.Forward();
    static final Fate DROP = new Fate.Drop();
    static final Fate REFUSE = new Fate.Answer(DnsRcode.REFUSED);

    private final List<DnsRule> rules;

    private DnsRules(List<DnsRule> rules) {
        this.rules = rules;
    }

    /** @throws IllegalArgumentException with one sentence, if a line is none */
    public static DnsRules of(List<String> lines) {
        return new DnsRules(lines.stream().map(DnsRule::parse).toList());
    }

    Fate fate(Query query) {
        for (DnsRule rule : rules) {
            if (rule.takes(query)) {
                return switch (rule.action()) {
                    case DIRECT -> FORWARD;
                    case DROP -> DROP;
                    case RETURN -> new Fate.Answer(rule.rcode());
                    case HIJACK -> hijacked(query);
                };
            }
        }
        return hijacked(query);
    }

    private static Fate hijacked(Query query) {
        return query.type() == DnsType.A || query.type() == DnsType.AAAA ? FORWARD : REFUSE;
    }
}
