/**
 * A real framework with the shell, the REST interface and the page in it, and rooms of paper whose contents a test chooses: so that the
 * consoles are tested over their real doors without root and without a network. {@code PaperBox.main} runs it for looking at.
 *
 * <p>Threads: the paper rooms are safe from any thread.
 */
package io.sluice.console.itest;
