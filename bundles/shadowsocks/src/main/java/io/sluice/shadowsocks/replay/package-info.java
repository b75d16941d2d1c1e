/** What was seen already: the salts of streams, the numbers of packets. Exact: nothing fresh is ever taken for a replay. */
package io.sluice.shadowsocks.replay;
