package io.sluice.config.engine;

import io.sluice.api.config.Problem;
import io.sluice.api.config.Problem.Severity;
import java.util.List;

/**
 * What became of a text.
 *
 * @param components what is desired; meaningless if there are errors
 * @param problems in the order of the text
 */
public record Compiled(List<Component> components, List<Problem> problems) {

    public boolean hasErrors() {
        return problems.stream().anyMatch(p -> p.severity() == Severity.ERROR);
    }
}
