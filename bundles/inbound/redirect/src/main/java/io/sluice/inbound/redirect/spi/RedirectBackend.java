package io.sluice.inbound.redirect.spi;

import io.netty.channel.Channel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** Asks the kernel. */
public interface RedirectBackend {

    /** Where an accepted connection wanted to go before it was redirected; empty if the kernel does not know of a redirection. On the channel's loop. */
    Optional<InetSocketAddress> destination(Channel accepted);

    /**
     * Makes the packet filter's part that is ours equal to this, in one transaction; none removes it, whoever of us made it. May block.
     *
     * @throws IOException in words for people; then all is as before
     */
    void set(List<Capture> captures) throws IOException;

    /** Our part as the host's tool prints it. May block. */
    List<String> show() throws IOException;
}
