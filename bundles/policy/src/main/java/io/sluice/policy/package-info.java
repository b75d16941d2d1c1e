/**
 * The policy room: publishes the ordered rules of its configuration. Without a configuration there is no service, so nothing leaves; rules
 * that cannot be read are named with line and column, and there is no service either.
 *
 * <p>Threads: {@code select} is called on event loops; it reads one immutable table. Ownership: nothing but the table.
 */
package io.sluice.policy;
