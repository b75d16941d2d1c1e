/**
 * The configuration file and what becomes of it: a file, REST, shell or console proposes a text; it is checked, compiled into
 * configurations of Configuration Admin, compared with those in force, and only what differs is touched.
 *
 * <p>Threads: commands come from any thread but an event loop and run one after the other under one lock; they block for files and for
 * components to become active. After the start one virtual thread waits for the components and names those that are not active.
 *
 * <p>Files: {@code ${sluice.etc}/sluice.json} is the operator's. {@code ${sluice.data}/config} holds the last generations and their index.
 * A start takes up the file, else the newest generation that is good; with neither it is the default where there never was a file, else closed.
 * All are replaced whole, and readable by their owner only: they hold passwords.
 */
package io.sluice.config;
