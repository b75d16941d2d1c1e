package io.sluice.proxyserver.keyed;

import io.sluice.api.egress.EgressBinder;
import io.sluice.api.flow.FlowAcceptor;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.InboundSettings;
import io.sluice.proxyserver.Listener;
import io.sluice.proxyserver.ScriptedFlows;
import io.sluice.proxyserver.fallback.Fallbacks;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** A keyed inbound on loopback, before a scripted flow room. */
public final class KeyedFixture implements AutoCloseable {

    private static final int READ_LIMIT_MILLIS = 30_000;

    public final ScriptedFlows flows = new ScriptedFlows();
    public final Door door;
    private final NettyEventLoops loops = NettyEventLoops.open(1);
    private final Listener listener;

    public KeyedFixture(Users users, Duration limit, String[] fallbacks, Function<KeyedDoor, StreamAcceptor> acceptor)
            throws IOException {
        FlowAcceptor room = flows;
        door = new Door(InboundSettings.keyed("test", "in", "127.0.0.1", 0), loops, () -> room, limit);
        KeyedDoor keyed = new KeyedDoor(door, users, Fallbacks.parse("", fallbacks), OpenEgress::new);
        listener = Listener.open(door, acceptor.apply(keyed));
    }

    public Socket connect() throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), listener.local().getPort());
        socket.setSoTimeout(READ_LIMIT_MILLIS);
        socket.setTcpNoDelay(true);
        return socket;
    }

    public InetSocketAddress local() {
        return listener.local();
    }

    /** Sends, shuts its output down, and reads to the end. */
    public byte[] exchange(byte[]... pieces) throws IOException {
        try (Socket socket = connect()) {
            for (byte[] piece : pieces) {
                socket.getOutputStream().write(piece);
            }
            socket.shutdownOutput();
            return socket.getInputStream().readAllBytes();
        }
    }

    public static byte[] read(Socket socket, int number) throws IOException {
        InputStream in = socket.getInputStream();
        return in.readNBytes(number);
    }

    @Override
    public void close() throws InterruptedException {
        listener.close();
        loops.close(Duration.ofSeconds(10));
    }

    /** No tunnel here to keep sockets out of. */
    private static final class OpenEgress implements EgressBinder {

        @Override
        public void bind(io.netty.channel.Channel channel, InetAddress destination) {
            // Nothing to bind to.
        }

        @Override
        public void own(io.netty.channel.Channel channel) {
            // Nothing comes back.
        }

        @Override
        public boolean isOwn(InetSocketAddress source) {
            return false;
        }

        @Override
        public boolean isHostAddress(InetAddress address) {
            return address.isLoopbackAddress();
        }

        @Override
        public EgressStatus status() {
            return new EgressStatus(0, Optional.empty(), Optional.empty(), Optional.empty());
        }
    }
}
