/**
 * What the proxy rooms share: pieces of pipeline that stand between a handshake and the relay. A plain library; every room that needs
 * it carries its own private copy, nobody exports it.
 *
 * <p>Threads: the channel's loop only. Ownership: a handler owns the bytes it holds and lets go of them when it leaves the pipeline.
 */
package io.sluice.proxycodec;
