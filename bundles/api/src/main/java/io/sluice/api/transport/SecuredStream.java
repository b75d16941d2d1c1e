package io.sluice.api.transport;

import io.sluice.api.flow.ByteStream;
import org.osgi.annotation.versioning.ConsumerType;

/** What a security layer's dialer and acceptor give: a stream that tells what was agreed upon. */
@ConsumerType
public interface SecuredStream extends ByteStream {

    Security security();
}
