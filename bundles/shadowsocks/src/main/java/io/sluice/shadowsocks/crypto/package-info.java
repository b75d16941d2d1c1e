/** Key derivation and authenticated encryption, on arrays: the JDK's AES-GCM is several times faster there than on direct buffers. One loop an object. */
package io.sluice.shadowsocks.crypto;
