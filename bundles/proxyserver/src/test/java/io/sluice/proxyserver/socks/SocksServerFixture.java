package io.sluice.proxyserver.socks;

import io.netty.buffer.ByteBufUtil;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxyserver.Accounts;
import io.sluice.proxyserver.Await;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.InboundSettings;
import io.sluice.proxyserver.Listener;
import io.sluice.proxyserver.ScriptedFlows;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** A listener on loopback with a scripted flow room behind it, and the client's side as octets. */
final class SocksServerFixture implements AutoCloseable {

    final NettyEventLoops loops;
    final ScriptedFlows flows = new ScriptedFlows();
    final Door door;
    final Listener listener;

    SocksServerFixture(NettyEventLoops loops, String... accounts) throws IOException {
        this(loops, Door.HANDSHAKE_LIMIT, true, accounts);
    }

    SocksServerFixture(NettyEventLoops loops, Duration limit, boolean flowsThere, String... accounts)
            throws IOException {
        this.loops = loops;
        InboundSettings settings = new InboundSettings(
                "in",
                "socks",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                accounts.length == 0 ? Accounts.open() : Accounts.of("", accounts),
                true,
                Optional.empty());
        door = new Door(settings, loops, () -> flowsThere ? flows : null, limit);
        listener = Listener.open(door, (stream, arrival) -> SocksConversation.begin(door, stream, arrival));
    }

    long count(String counter) {
        return listener.counters().get(counter);
    }

    void awaitCount(String counter, long value) throws InterruptedException {
        Await.until(listener::counters, () -> count(counter) == value);
    }

    Client connect() throws IOException {
        return new Client(
                new Socket(listener.local().getAddress(), listener.local().getPort()));
    }

    @Override
    public void close() {
        listener.close();
    }

    /** Speaks in hexadecimal. */
    static final class Client implements AutoCloseable {

        final Socket socket;
        private final InputStream in;

        Client(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(30_000);
            socket.setTcpNoDelay(true);
            in = socket.getInputStream();
        }

        Client send(String hex) throws IOException {
            socket.getOutputStream().write(ByteBufUtil.decodeHexDump(hex.replace(" ", "")));
            return this;
        }

        Client say(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        /** The next octets, in upper case. */
        String read(int octets) throws IOException {
            return ByteBufUtil.hexDump(in.readNBytes(octets)).toUpperCase(Locale.ROOT);
        }

        String readText(int octets) throws IOException {
            return new String(in.readNBytes(octets), StandardCharsets.US_ASCII);
        }

        /** Everything until the server closes; fails if it does not. */
        String readToEnd() throws IOException {
            try {
                return ByteBufUtil.hexDump(in.readAllBytes()).toUpperCase(Locale.ROOT);
            } catch (SocketTimeoutException e) {
                throw new AssertionError("the server did not close the connection", e);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
