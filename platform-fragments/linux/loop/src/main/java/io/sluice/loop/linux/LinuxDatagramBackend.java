package io.sluice.loop.linux;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelException;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramChannel;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import io.sluice.loop.spi.DatagramBackend;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves Netty's epoll datagram channels. Any thread, but for opening. */
@Component(service = DatagramBackend.class)
public final class LinuxDatagramBackend implements DatagramBackend {

    private static final Logger LOG = LoggerFactory.getLogger(LinuxDatagramBackend.class);

    private final Map<EventLoop, LoopVectors> loops = new ConcurrentHashMap<>();

    private final ByteBufAllocator allocator;

    @Activate
    public LinuxDatagramBackend() {
        this(ByteBufAllocator.DEFAULT);
    }

    LinuxDatagramBackend(ByteBufAllocator allocator) {
        this.allocator = allocator;
        if (ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
            throw new UnsupportedOperationException("the kernel's structures are known for 64-bit machines only");
        }
    }

    @Deactivate
    void deactivate() {
        loops.forEach((loop, vectors) -> {
            if (!loop.isShuttingDown()) {
                loop.execute(vectors::withdraw);
            }
        });
    }

    @Override
    public DatagramIo open(DatagramChannel channel, DatagramSink sink) {
        if (!(channel instanceof EpollDatagramChannel epoll)
                || !(channel.eventLoop() instanceof IoEventLoop loop)
                || !loop.isCompatible(EpollDatagramIo.class)) {
            return null;
        }
        try {
            epoll.config().setOption(EpollChannelOption.UDP_GRO, true);
        } catch (ChannelException e) {
            LOG.debug("no UDP_GRO, which is since Linux 5.0, so every datagram comes alone: {}", e.toString());
        }
        return new EpollDatagramIo(epoll, sink, loops.computeIfAbsent(loop, l -> new LoopVectors(allocator)));
    }
}
