package io.sluice.killswitch.spi;

import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchStatus.Drops;
import io.sluice.api.killswitch.LeakProof;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The platform's packet filter. One thread at a time, but for {@link #sendCanaries}; may block. */
public interface FirewallBackend {

    /** Makes our filter this, in one transaction, and reads it back. If it is refused, what was there before still is. */
    void set(Filter filter) throws KillSwitchException;

    /** Removes what is ours, whichever process made it. Returns whether anything was there. */
    boolean remove() throws KillSwitchException;

    /** Whether rules of ours are in the kernel, whichever process made them. */
    boolean present() throws KillSwitchException;

    /** What the counting rules of the kernel have counted since they were set. */
    List<Drops> counters() throws KillSwitchException;

    /** The rules as the platform's own tool writes them. */
    List<String> show() throws KillSwitchException;

    /** What of the last filter could not be had, one sentence each. */
    List<String> limitations();

    /** Watches until it is closed. */
    Watch watch(Notices notices) throws KillSwitchException;

    /** Told on a thread of the backend; the answer to both is to set the filter again. */
    interface Notices {

        /** Somebody else has changed or removed rules of ours. Returns false to be told again soon: they could not be put back. */
        boolean rulesChanged();

        /** An interface has come that the guard does not stand at yet. */
        void interfaceCame();
    }

    /** Ends the watching. The rules stay. */
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Tells which of the kernel's settings {@link #harden} is going to change.
     *
     * @param saved what an earlier call returned, so that ours is not taken for the administrator's
     * @return what is there, and what was there before
     */
    Map<String, String> settings(Map<String, String> saved) throws KillSwitchException;

    /**
     * Sets the kernel's settings that a closed filter goes with, each by itself.
     *
     * @param saved what {@link #settings} returned; what is not among it stays, for nobody could put it back
     */
    void harden(Map<String, String> saved) throws KillSwitchException;

    /** Puts back what {@link #settings} returned. */
    void relax(Map<String, String> saved) throws KillSwitchException;

    /**
     * Makes the kernel forget connections from before the filter, except those of sockets with this mark, so that nothing of theirs counts as established.
     *
     * @return how many
     */
    int forgetConnections(int mark) throws KillSwitchException;

    /**
     * Keeps, durably, what closes the machine before this process runs.
     *
     * @param folder of ours
     * @param filter empty: nothing is closed
     */
    void keepForBoot(Path folder, Optional<Filter> filter) throws KillSwitchException;

    /**
     * Sends packets that would leave past the tunnel, by every interface but the loopback and this one. Other calls come meanwhile.
     *
     * @param targets one address a family
     */
    List<LeakProof.Canary> sendCanaries(List<InetAddress> targets, Optional<String> except) throws KillSwitchException;
}
