/**
 * The HTTP interface of the appliance: {@code /api/v1}, described by {@code /api/v1/openapi.json}, and the guard in front of everything that
 * is served, the web page included.
 *
 * <p>It listens on 127.0.0.1 port 9080 unless the configuration (PID {@code io.sluice.rest}: {@code listen}, {@code port}) says otherwise.
 *
 * <p>Credentials. At the first start a token of 256 bits is made. Its SHA-256 is kept in {@code ${sluice.data}/api-token.sha256}; the token
 * itself is handed over once, in {@code ${sluice.data}/api-token} (0600): read it and delete the file. To get another, delete both files
 * and restart this bundle. A browser logs in with an address that {@code sluice console-url} prints: it holds a code that works once within ten
 * minutes, and gets a session cookie. If the digest cannot be read, no token is accepted; there is no state in which the door is open.
 *
 * <p>Threads: requests run on the server's virtual threads and may block. One thread beats once a second for the event streams; each stream
 * has a bounded queue, and a reader that does not keep up is disconnected.
 */
package io.sluice.rest;
