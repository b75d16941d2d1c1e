package io.sluice.api.netstack;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import org.osgi.annotation.versioning.ProviderType;

/** A stack on a device. Safe from any thread. */
@ProviderType
public interface StackAttachment {

    /** From now on new flows go to this acceptor; null rejects them (TCP RST, ICMP unreachable) until another one comes. */
    void acceptor(FlowAcceptor acceptor);

    StackCounters counters();

    /** Ends every flow with the reason, stops the queues, leaves the device open. Blocks until done; idempotent. */
    void detach(CloseReason reason);
}
