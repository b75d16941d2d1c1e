package io.sluice.rest.engine;

import java.util.List;
import java.util.Map;

/** A request ends with a problem. Without a stack trace: it is an answer. */
public final class ProblemException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    private ProblemException(Problem problem) {
        super(problem.detail(), null, false, false);
        this.problem = problem;
    }

    public static ProblemException of(Problem.Kind kind, String detail) {
        return new ProblemException(new Problem(kind, detail));
    }

    public static ProblemException of(Problem.Kind kind, String detail, List<Map<String, Object>> errors) {
        return new ProblemException(new Problem(kind, detail, errors));
    }

    public Problem problem() {
        return problem;
    }
}
