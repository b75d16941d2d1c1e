package io.sluice.outbound.direct;

/** Properties of factory PID {@code io.sluice.outbound.direct}. */
@interface DirectConfig {

    /** {@code outbound.tag}: the tag that rules name. */
    String outbound_tag();

    /** {@code outbound.type}. */
    String outbound_type() default "direct";

    /** Xray's {@code domainStrategy}: {@code AsIs}, {@code UseIP}, {@code UseIPv4}, {@code UseIPv6v4}, … */
    String domainStrategy() default "AsIs";

    /** Local address of its sockets; empty leaves it to the kernel. */
    String sendThrough() default "";

    /** Xray's {@code finalRules}, a line each: see {@link io.sluice.outbound.direct.engine.FinalRules}. */
    String[] finalRules() default {};

    /** Name servers as {@code 192.0.2.53}, {@code 192.0.2.53:5353} or {@code [2001:db8::53]:53}; empty takes the host's own. */
    String[] nameservers() default {};
}
