/**
 * The shell room: every command of the appliance, reached in three ways that share one table of verbs.
 *
 * <ul>
 *   <li>Gogo: {@link io.sluice.shell.GogoBridge} registers each verb as {@code noun:verb}.
 *   <li>A local console with completion ({@link io.sluice.shell.LocalConsole}), only when the launcher sets the framework property
 *       {@code sluice.console=true}.
 *   <li>{@code sluice noun verb} from the operating system's shell, over the unix socket of {@link io.sluice.shell.ControlSocket}.
 * </ul>
 *
 * <h2>The socket's protocol</h2>
 *
 * {@code ${sluice.data}/run/sluice.sock}, owner only (directory 0700, socket 0600); the peer's user must be the daemon's or root. It speaks
 * a small part of HTTP/1.1 (RFC 9112), so that {@code curl --unix-socket} is a client:
 *
 * <pre>
 * POST /run HTTP/1.1
 * Content-Type: application/x-www-form-urlencoded
 * Content-Length: n
 *
 * a=flow&amp;a=list&amp;cwd=/root&amp;tty=1&amp;columns=120&amp;colour=1&amp;stdin=...
 * </pre>
 *
 * {@code a} (repeated) is one word each; {@code cwd} is what relative file names refer to; {@code tty} says that a person looks at the
 * output; {@code stdin} is what the caller pipes in, sent where a word is {@code -}. The answer is 200 with a chunked body, the command's
 * output as it comes, and trailers: {@code Sluice-Exit} with the exit status, and one {@code Sluice-Error} a line for standard error. No
 * {@code Sluice-Exit} means the daemon went away. A client that closes its end stops a streaming command; a command that changes
 * something runs to its end.
 *
 * <p>Threads: commands run on the thread of their caller: Gogo's, the console's, or a virtual thread a socket session. Services are
 * optional and dynamic; a missing one is answered with a sentence.
 */
package io.sluice.shell;
