/**
 * Servers as other programs describe them: share links, subscriptions, Xray's configurations; to and from outbound objects in Xray's shape. What an outbound
 * object may say is judged by the configuration's own readers, not here; what a link says and no outbound object can express is refused here.
 *
 * <p>There is no specification but SIP002 (shadowsocks.org). The rest is what the programs write: XTLS/Xray-core discussion 716 (vless, trojan, vmess), v2rayN's
 * {@code ServiceLib/Handler/Fmt} (vmess as JSON, socks).
 *
 * <p>Objects are {@code Map}, {@code List}, {@code String}, {@code Number}, {@code Boolean} in the order they were made. Threads: none of its own. Texts in
 * messages hold names of fields and what stood in them, but never a password, an id or a key.
 */
package io.sluice.config.engine.link;
