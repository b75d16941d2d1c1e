package io.sluice.nftables.linux;

import java.io.IOException;

/** The packet filter was not set as wanted, and is as before. */
public final class NftException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What went wrong. */
    public enum Code {
        /** There is no program {@code nft}. */
        NFT_MISSING,
        /** This process may not change the filter. */
        NFT_DENIED,
        /** The kernel or the program refused the rules. */
        NFT_REFUSED,
        /** No answer in time. */
        NFT_SILENT,
        /** A table of our name is somebody else's. */
        NFT_FOREIGN,
        /** The kernel holds something else than what was set. */
        NFT_DIFFERS
    }

    private final Code code;

    /** @param message what was asked, what came back, and what to do */
    public NftException(Code code, String message) {
        super(message);
        this.code = code;
    }

    public Code code() {
        return code;
    }
}
