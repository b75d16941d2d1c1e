/**
 * The web page at {@code /ui/}: static files of this bundle. What it shows comes from {@code /api/v1}, live over the event stream; what it may
 * load is said by the guard of {@code io.sluice.rest}, in whose context it is served, so without that guard there is no page.
 *
 * <p>Threads: files are read once and immutable afterwards.
 */
package io.sluice.ui;
