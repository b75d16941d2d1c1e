/** What a platform's fragment does for the network monitor. */
package io.sluice.netmon.spi;
