/**
 * Shadowsocks: the editions AEAD (SIP004) and 2022 (SIP022, with identity headers), streams and packets, client and server. A plain library; the
 * outbound and the inbound each carry a private copy, nobody exports it.
 *
 * <p>Here: methods and keys. {@code crypto} derives keys and seals, {@code replay} remembers what was seen, {@code stream} and {@code packet} are the
 * formats of TCP and UDP. Cryptography is the JDK's; only BLAKE3, which it lacks, is ours.
 *
 * <p>Time and randomness come in as arguments. Threads: keys and the salt filter are safe for all; everything else belongs to one loop.
 *
 * <p>Not supported: stream ciphers and "none" (broken, or no protection at all), SIP003 plugins, UDP over TCP, AES-CCM, reduced-round ChaCha.
 */
package io.sluice.shadowsocks;
