package io.sluice.inbound.redirect.linux;

import io.netty.channel.Channel;
import io.sluice.inbound.redirect.spi.Capture;
import io.sluice.inbound.redirect.spi.RedirectBackend;
import io.sluice.nftables.linux.Nft;
import io.sluice.nftables.linux.NftException;
import io.sluice.nftables.linux.NftTable;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The kernel of the calling thread's network namespace. */
@Component(service = RedirectBackend.class)
public final class NftRedirectBackend implements RedirectBackend {

    /** To list it: {@code nft list table inet sluice_redirect}. */
    static final String TABLE = "sluice_redirect";

    static final String OWNER = "io.sluice.inbound.redirect";

    private final Nft nft = new Nft();
    private final NftTable table = new NftTable(nft, TABLE, OWNER);

    @Activate
    public NftRedirectBackend() {}

    @Override
    public Optional<InetSocketAddress> destination(Channel accepted) {
        return OriginalDestination.of(accepted);
    }

    @Override
    public void set(List<Capture> captures) throws NftException {
        if (!captures.isEmpty()) {
            table.set(CaptureRules.of(captures));
        } else if (nft.isInstalled()) {
            // Without the program nothing of ours can be there; without the right to look, nobody of us made anything.
            removeIfPermitted();
        }
    }

    private void removeIfPermitted() throws NftException {
        try {
            table.remove();
        } catch (NftException e) {
            if (e.code() != NftException.Code.NFT_DENIED) {
                throw e;
            }
        }
    }

    @Override
    public List<String> show() throws NftException {
        return nft.isInstalled() ? table.read() : List.of();
    }
}
