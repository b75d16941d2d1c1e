package io.sluice.systemstack;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.netstack.IpStack;
import io.sluice.api.netstack.StackAttachment;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.netstack.StackException;
import io.sluice.api.tun.TunDevice;
import io.sluice.netstack.attach.QueueAttachment;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The stack that leans on the kernel's TCP. What is still attached when it goes away is detached with {@link CloseReason#INBOUND_WITHDRAWN}. */
@Component(service = IpStack.class, property = IpStack.STACK + "=system")
public final class SystemIpStack implements IpStack {

    private final EventLoops loops;
    private final Set<QueueAttachment> attachments = ConcurrentHashMap.newKeySet();

    @Activate
    public SystemIpStack(@Reference EventLoops loops) {
        this.loops = loops;
    }

    @Override
    public StackAttachment attach(TunDevice device, FlowAcceptor acceptor, StackConfig config) throws StackException {
        KernelListeners listeners = KernelListeners.open(device, config, loops);
        QueueAttachment attachment = new QueueAttachment(device, acceptor, config, loops, listeners::layer, ended -> {
            listeners.close();
            attachments.remove(ended);
        });
        attachments.add(attachment);
        attachment.start(); // detaches itself where it fails
        return attachment;
    }

    @Deactivate
    void deactivate() {
        attachments.forEach(attachment -> attachment.detach(CloseReason.INBOUND_WITHDRAWN));
    }
}
