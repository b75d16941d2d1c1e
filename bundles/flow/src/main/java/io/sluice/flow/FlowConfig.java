package io.sluice.flow;

import io.sluice.flow.engine.FlowSettings;

/** Properties of PID {@code io.sluice.flow}; what they default to and why is said in {@link FlowSettings}. Times in milliseconds. */
@interface FlowConfig {

    /** {@code dialFirst} or {@code acceptFirst}. */
    String accept() default "dialFirst";

    long connectTimeoutMs() default 10_000;

    long tcpIdleMs() default 7_440_000;

    long halfCloseMs() default 240_000;

    long udpIdleMs() default 300_000;

    long drainTimeoutMs() default 5_000;

    int maxFlows() default FlowSettings.MAX_FLOWS;
}
