/**
 * HTTP/2 connections that many streams share: what gRPC and CONNECT have in common. Nothing of what the streams carry.
 *
 * <p>Threads: a connection and its streams live on one loop. Ownership: a stream is its user's; a connection belongs to its dialer, or ends with the
 * far side.
 */
package io.sluice.dialer.http2;
