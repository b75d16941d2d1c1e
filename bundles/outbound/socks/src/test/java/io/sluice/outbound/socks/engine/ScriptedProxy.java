package io.sluice.outbound.socks.engine;

import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy that does to each connection what a script says, in hexadecimal. */
public final class ScriptedProxy implements AutoCloseable {

    public interface Script {
        void run(Talk talk) throws IOException;
    }

    /** One connection, as the script sees it. */
    public static final class Talk {
        final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        Talk(Socket socket) throws IOException {
            this.socket = socket;
            in = socket.getInputStream();
            out = socket.getOutputStream();
        }

        /** Waits for exactly these octets. */
        public Talk expect(String hex) throws IOException {
            String wanted = hex.replace(" ", "").toUpperCase(Locale.ROOT);
            String got = ByteBufUtil.hexDump(in.readNBytes(wanted.length() / 2)).toUpperCase(Locale.ROOT);
            if (!wanted.equals(got)) {
                throw new IOException("wanted " + wanted + ", got " + got);
            }
            return this;
        }

        public Talk send(String hex) throws IOException {
            out.write(ByteBufUtil.decodeHexDump(hex.replace(" ", "")));
            out.flush();
            return this;
        }

        /** The next octet. */
        public int read() throws IOException {
            return in.read();
        }

        /** Until the client closes. */
        public int drain() throws IOException {
            return in.readAllBytes().length;
        }
    }

    public final List<String> faults = new CopyOnWriteArrayList<>();
    final List<Talk> talks = new CopyOnWriteArrayList<>();
    private final ServerSocket server;

    public ScriptedProxy(Script script) throws IOException {
        this(new InetSocketAddress("127.0.0.1", 0), script);
    }

    ScriptedProxy(InetSocketAddress at, Script script) throws IOException {
        server = new ServerSocket(at.getPort(), 600, at.getAddress());
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket socket = server.accept();
                    Thread.ofVirtual().start(() -> serve(socket, script));
                } catch (IOException e) {
                    return;
                }
            }
        });
    }

    private void serve(Socket socket, Script script) {
        try (socket) {
            Talk talk = new Talk(socket);
            talks.add(talk);
            script.run(talk);
        } catch (IOException e) {
            faults.add(String.valueOf(e.getMessage()));
        }
    }

    public InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
