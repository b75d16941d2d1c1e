package io.sluice.policy.engine;

import java.util.List;

/** Rules that cannot be read, all problems at once. */
public final class RuleTableException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    RuleTableException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** One sentence each. */
    public List<String> problems() {
        return problems;
    }
}
