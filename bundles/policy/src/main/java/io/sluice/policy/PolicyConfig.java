package io.sluice.policy;

/** Properties of PID {@code io.sluice.policy}. */
@interface PolicyConfig {

    /** One rule a line, in order. */
    String[] rules() default {};

    /** {@code final}: the target of what no rule matches. Without it everything else is refused. */
    String final$() default "!reject";
}
