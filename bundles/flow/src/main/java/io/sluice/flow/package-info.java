/**
 * The flow room: where inbounds and stacks deliver flows, and where they are listed.
 *
 * <p>The wiring only: {@link io.sluice.flow.engine.FlowEngine} does the work. References come and go at run time; each absence has its own
 * close reason and never becomes a way around policy.
 *
 * <p>Threads: references and configuration change on framework threads; flows live on event loops. Ownership: see the engine.
 */
package io.sluice.flow;
