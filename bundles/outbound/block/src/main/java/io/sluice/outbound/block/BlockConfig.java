package io.sluice.outbound.block;

/** Properties of factory PID {@code io.sluice.outbound.block}. */
@interface BlockConfig {

    /** {@code outbound.tag}: the tag that rules name. */
    String outbound_tag();

    /** {@code outbound.type}. */
    String outbound_type() default "block";

    /** {@code none} (Xray's word for closing at once) and {@code reject} answer; {@code silent} does not. */
    String response() default "none";
}
