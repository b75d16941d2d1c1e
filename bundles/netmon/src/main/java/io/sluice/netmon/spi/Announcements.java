package io.sluice.netmon.spi;

/** Takes what a backend announces. Any thread; never blocks. */
public interface Announcements {

    /** Interfaces or addresses changed. */
    void network();

    /** Routes or rules changed, and with them perhaps the default one. */
    void routes();

    /** @param goes to sleep soon, else it has woken */
    void sleep(boolean goes);

    /**
     * No changes of the network are announced any more.
     *
     * @param why one sentence, without its full stop
     */
    void lost(String why);
}
