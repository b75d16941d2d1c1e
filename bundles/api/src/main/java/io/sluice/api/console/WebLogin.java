package io.sluice.api.console;

import java.net.URI;
import java.time.Duration;
import org.osgi.annotation.versioning.ProviderType;

/** The web console's front door. Any thread. */
@ProviderType
public interface WebLogin {

    /** Where the console listens. */
    URI address();

    /** An address that logs one browser in, once; it holds a secret, so it is for the caller's eyes only. */
    URI newLoginAddress();

    /** How long such an address can be used. */
    Duration validity();
}
