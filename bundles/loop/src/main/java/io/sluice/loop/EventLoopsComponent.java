package io.sluice.loop;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import io.sluice.api.loop.EventLoops;
import io.sluice.api.loop.StreamSplicer;
import io.sluice.api.loop.TcpOptions;
import io.sluice.loop.spi.DatagramBackend;
import io.sluice.loop.spi.PipeBackend;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes the loops. A changed {@code threads} makes new ones, so everything that lives on loops starts anew with it. */
@Component(
        service = {EventLoops.class, StreamSplicer.class},
        configurationPid = "io.sluice.loop")
public final class EventLoopsComponent implements EventLoops, StreamSplicer {

    /**
     * How long deactivation waits for the loops. Ours: consumers have closed their channels by then, so what is left are queued close
     * tasks, done in milliseconds; 3 s covers a machine under load without holding a framework stop up.
     */
    static final Duration CLOSE_LIMIT = Duration.ofSeconds(3);

    private static final Logger LOG = LoggerFactory.getLogger(EventLoopsComponent.class);

    private final NettyEventLoops loops;

    /** Absent: datagrams go by Netty's channels. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile DatagramBackend datagrams;

    @interface Config {
        /** Number of loops; 0 takes one for each available processor, as a loop never waits for anything but I/O. */
        int threads() default 0;
    }

    @Activate
    public EventLoopsComponent(Config config) {
        int threads =
                config.threads() > 0 ? config.threads() : Runtime.getRuntime().availableProcessors();
        loops = NettyEventLoops.open(threads, () -> datagrams);
        if (Epoll.isAvailable()) {
            LOG.info("{} event loops on {}", threads, loops.transport());
        } else {
            LOG.info(
                    "{} event loops on {}: epoll is not available ({})",
                    threads,
                    loops.transport(),
                    String.valueOf(Epoll.unavailabilityCause()));
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindPipes(PipeBackend backend) {
        loops.pipes(backend);
    }

    void unbindPipes(PipeBackend backend) {
        loops.pipesGone(backend);
    }

    @Deactivate
    void deactivate() {
        try {
            if (!loops.close(CLOSE_LIMIT)) {
                LOG.warn("event loops still busy {} after they were told to end", CLOSE_LIMIT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public EventLoopGroup group() {
        return loops.group();
    }

    @Override
    public EventLoop next() {
        return loops.next();
    }

    @Override
    public EventLoop loop(int index) {
        return loops.loop(index);
    }

    @Override
    public int size() {
        return loops.size();
    }

    @Override
    public Class<? extends SocketChannel> streamChannel() {
        return loops.streamChannel();
    }

    @Override
    public SocketChannel newStream(InetAddress remote) {
        return loops.newStream(remote);
    }

    @Override
    public Class<? extends ServerChannel> serverChannel() {
        return loops.serverChannel();
    }

    @Override
    public Class<? extends DuplexChannel> unixStreamChannel() {
        return loops.unixStreamChannel();
    }

    @Override
    public SocketAddress unixAddress(String path) {
        return loops.unixAddress(path);
    }

    @Override
    public Class<? extends DatagramChannel> datagramChannel() {
        return loops.datagramChannel();
    }

    @Override
    public DatagramIo datagrams(DatagramChannel channel, DatagramSink sink) {
        return loops.datagrams(channel, sink);
    }

    @Override
    public void configure(SocketChannel channel, TcpOptions options) {
        loops.configure(channel, options);
    }

    @Override
    public Optional<String> fastOpenObstacle() {
        return loops.fastOpenObstacle();
    }

    @Override
    public ByteStream stream(SocketChannel channel) {
        return loops.stream(channel);
    }

    @Override
    public Splice splice(Channel from, Channel to, Listener listener) {
        return loops.splice(from, to, listener);
    }

    @Override
    public String transport() {
        return loops.transport();
    }
}
