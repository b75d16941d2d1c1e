package io.sluice.blackbox;

import io.sluice.testkit.netns.NetworkNamespace;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Tests that make network namespaces; skipped, with the reason printed, where that is not possible. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Tag("netns")
@ExtendWith(NeedsNamespaces.Condition.class)
@interface NeedsNamespaces {

    /** Asks the machine once. */
    final class Condition implements ExecutionCondition {

        private static final Optional<String> WHY_NOT = NetworkNamespace.unavailable();

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            if (WHY_NOT.isEmpty()) {
                return ConditionEvaluationResult.enabled("namespaces can be made");
            }
            System.err.println("skipped: " + context.getDisplayName() + ": " + WHY_NOT.get());
            return ConditionEvaluationResult.disabled(WHY_NOT.get());
        }
    }
}
