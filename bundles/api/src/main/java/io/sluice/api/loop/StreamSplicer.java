package io.sluice.api.loop;

import io.netty.channel.Channel;
import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Moves octets from one kernel socket to another within the kernel, so that none of them comes into this process. For what moves much: a
 * direction that is spliced holds a pipe, so two descriptors. On the channels' loop only.
 */
@ProviderType
public interface StreamSplicer {

    /**
     * Takes over the reading of one channel. From now on what arrives there goes to the other one, without a {@code channelRead}, until
     * the splice ends. By itself it ends when the far side has no more to send (its FIN is then read as ever), when the channel has an
     * error to read, and when nothing has moved for a while.
     *
     * @param from is read by nobody else and has no handler that would change what it reads
     * @param to nothing waits to be written there, and nobody else writes until the splice has ended
     * @return the splice, or null if these are not two kernel streams of this loop, or no pipe is to be had: then all is as before
     */
    Splice splice(Channel from, Channel to, Listener listener);

    /** Octets on their way from one socket to another. */
    @ProviderType
    interface Splice {

        /**
         * Gives the reading back. What is still on the way is lost, so this is for the end of a stream, or for when nothing is.
         * Idempotent; nothing is called back for it.
         */
        void end();
    }

    /** Told on the loop's thread. */
    @ConsumerType
    interface Listener {

        /** So many octets have left the first channel; at least one. */
        void moved(int octets);

        /** The splice has ended by itself, nothing is on the way, and the first channel is read as before. */
        void handedBack();

        /**
         * The splice has ended, and what was on the way is lost.
         *
         * @param reading whether the first channel failed, else the second
         */
        void failed(boolean reading, IOException cause);
    }
}
