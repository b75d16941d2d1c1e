package io.sluice.proxyserver.http;

import io.sluice.api.flow.FlowAcceptor;
import io.sluice.loop.NettyEventLoops;
import io.sluice.proxyserver.Accounts;
import io.sluice.proxyserver.Door;
import io.sluice.proxyserver.InboundSettings;
import io.sluice.proxyserver.Listener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** An HTTP proxy on loopback, and raw text to speak with it. */
final class HttpServerFixture implements AutoCloseable {

    final Listener listener;

    HttpServerFixture(NettyEventLoops loops, FlowAcceptor flows, Duration limit, String... accounts)
            throws IOException {
        InboundSettings settings = new InboundSettings(
                "web",
                "http",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                accounts.length == 0 ? Accounts.open() : Accounts.of("", accounts),
                false,
                Optional.empty());
        Door door = new Door(settings, loops, () -> flows, limit);
        listener = Listener.open(door, (stream, arrival) -> HttpConversation.begin(door, stream, arrival));
    }

    HttpServerFixture(NettyEventLoops loops, FlowAcceptor flows, String... accounts) throws IOException {
        this(loops, flows, Door.HANDSHAKE_LIMIT, accounts);
    }

    long count(String counter) {
        return listener.counters().get(counter);
    }

    Client connect() throws IOException {
        return new Client(
                new Socket(listener.local().getAddress(), listener.local().getPort()));
    }

    @Override
    public void close() {
        listener.close();
    }

    /** Speaks text, "\n" for CR LF. */
    static final class Client implements AutoCloseable {

        final Socket socket;

        Client(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(30_000);
            socket.setTcpNoDelay(true);
        }

        Client say(String text) throws IOException {
            return sayRaw(text.replace("\n", "\r\n"));
        }

        Client sayRaw(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }

        /** Up to and with this text. */
        String readUntil(String end) throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            String wanted = end.replace("\n", "\r\n");
            while (!all.toString(StandardCharsets.ISO_8859_1).endsWith(wanted)) {
                int octet;
                try {
                    octet = socket.getInputStream().read();
                } catch (SocketTimeoutException e) {
                    throw new AssertionError("wanted \"" + end + "\", got \"" + all + "\"", e);
                }
                if (octet < 0) {
                    throw new AssertionError("closed; wanted \"" + end + "\", got \"" + all + "\"");
                }
                all.write(octet);
            }
            return all.toString(StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
        }

        String readToEnd() throws IOException {
            try {
                return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1)
                        .replace("\r\n", "\n");
            } catch (SocketTimeoutException e) {
                throw new AssertionError("the proxy did not close the connection", e);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
