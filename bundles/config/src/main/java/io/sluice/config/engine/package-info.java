/**
 * The configuration file as a plain algorithm: text → {@link io.sluice.config.engine.Json} with a place for every value and name → checked
 * and compiled into {@link io.sluice.config.engine.Component}s → compared with those in force. No framework, no files (but for {@code
 * ConfigCheck}, the command of the launcher), no clock, no threads of its own; everything is immutable or confined to one call.
 *
 * <p>All problems are found at once. A syntax error is repaired where there is one likely meaning (a comma that is missing), so that what
 * comes after it is checked too; where there is none, reading ends there and what came before is checked.
 */
package io.sluice.config.engine;
