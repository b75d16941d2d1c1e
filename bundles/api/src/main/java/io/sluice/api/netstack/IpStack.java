package io.sluice.api.netstack;

import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.tun.TunDevice;
import org.osgi.annotation.versioning.ProviderType;

/** Terminates the packets of TUN devices: TCP, UDP and ICMP echo become flows. */
@ProviderType
public interface IpStack {

    /** Service property: {@code user} for the stack of our own, {@code system} for the one that leans on the kernel's. */
    String STACK = "stack";

    /**
     * Takes over the device's packets. Starts its queues; blocks until they are registered. The device stays the caller's: detaching
     * stops the queues and leaves it open, so that another stack can be attached.
     *
     * @param acceptor takes the flows; exchanged by {@link StackAttachment#acceptor}
     * @throws StackException if a queue cannot be started
     */
    StackAttachment attach(TunDevice device, FlowAcceptor acceptor, StackConfig config) throws StackException;
}
