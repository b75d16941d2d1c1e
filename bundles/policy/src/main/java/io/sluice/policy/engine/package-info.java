/**
 * Rules: the one-line grammar, its parser, and the compiled table.
 *
 * <p>{@code [name=NAME] [network=tcp,udp,icmp] [ip=CIDR,…] [source=CIDR,…] [port=443,1000-2000] [sourcePort=…]
 * [domain=full:a.b,domain:b.c,keyword:x,regexp:…] [inboundTag=a,b] [user=u] -> TAG}. The values of a field are alternatives, the fields
 * must all match; {@code *} alone matches everything; {@code !reject} and {@code !drop} are targets. A space, a comma, a percent sign or an
 * arrow inside a value is percent-encoded (RFC 3986 §2.1). A domain value without a prefix is a keyword, as in Xray.
 *
 * <p>Threads: everything is immutable but the hit counters, which are adders. Ownership: none is passed.
 */
package io.sluice.policy.engine;
