/**
 * VMess with AEAD headers: identities, the request's and the response's header, chunks, the memory against replays, and the handlers that make a stream
 * of them. What Xray-core's {@code proxy/vmess} speaks (there is no other specification); the older form, authenticated by MD5 (alterId above 0), is
 * not spoken.
 *
 * <p>Cryptography is the JDK's; SHAKE128 as a stream, which the JDK does not have, is Bouncy Castle's. Time and randomness are arguments.
 *
 * <p>What the protocol itself leaves weak, and nobody can mend alone: the nonce of a chunk is a 16-bit counter, so that it repeats after 65,536 chunks
 * of a direction, and there is no forward secrecy. Over an untrusted network it belongs inside TLS.
 *
 * <p>Threads: a session's objects on its loop only; what sessions share ({@code VmessClient}, {@code VmessServer}, …) on any. Ownership: handlers own
 * what they hold and let go of it when they leave the pipeline.
 */
package io.sluice.proxycodec.vmess;
