package io.sluice.netstack;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.netstack.IpStack;
import io.sluice.api.netstack.StackAttachment;
import io.sluice.api.netstack.StackConfig;
import io.sluice.api.netstack.StackException;
import io.sluice.api.tun.TunDevice;
import io.sluice.netstack.attach.QueueAttachment;
import io.sluice.netstack.attach.StreamLayer;
import io.sluice.netstack.attach.StreamLayers;
import io.sluice.netstack.channel.TcpStreamRequest;
import io.sluice.netstack.engine.tcp.TcpLayer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** The stack of our own. What is still attached when it goes away is detached with {@link CloseReason#INBOUND_WITHDRAWN}. */
@Component(service = IpStack.class, property = IpStack.STACK + "=user")
public final class UserIpStack implements IpStack {

    private final EventLoops loops;
    private final Set<QueueAttachment> attachments = ConcurrentHashMap.newKeySet();

    @Activate
    public UserIpStack(@Reference EventLoops loops) {
        this.loops = loops;
    }

    @Override
    public StackAttachment attach(TunDevice device, FlowAcceptor acceptor, StackConfig config) throws StackException {
        QueueAttachment attachment =
                new QueueAttachment(device, acceptor, config, loops, UserIpStack::layer, attachments::remove);
        attachments.add(attachment);
        try {
            attachment.start();
        } catch (StackException e) {
            attachments.remove(attachment);
            throw e;
        }
        return attachment;
    }

    private static StreamLayer layer(StreamLayers.Place place) {
        TcpLayer tcp = new TcpLayer(
                place.engine(),
                offer -> place.offers().accept(new TcpStreamRequest(offer, place.loop(), place.inboundTag())),
                place.icmpErrors());
        return new StreamLayer(tcp, tcp, tcp::connections, tcp::halfOpen);
    }

    @Deactivate
    void deactivate() {
        attachments.forEach(attachment -> attachment.detach(CloseReason.INBOUND_WITHDRAWN));
    }
}
