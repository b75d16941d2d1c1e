package io.sluice.matrix;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;

/** The way that the driver takes: SOCKS5 (RFC 1928) without authentication, to the client program at loopback. */
record SocksClient(NetworkNamespace namespace, int port, boolean isPatient, int timeOutMillis) implements Access {

    /** RFC 1928 §7: RSV, FRAG, ATYP, four octets and a port before each datagram. */
    static final int HEADER = 10;

    /** A program that does not answer at loopback is at fault. */
    private static final int TIME_OUT_MILLIS = 15_000;

    SocksClient(NetworkNamespace namespace, int port) {
        this(namespace, port, false);
    }

    SocksClient(NetworkNamespace namespace, int port, boolean isPatient) {
        this(namespace, port, isPatient, TIME_OUT_MILLIS);
    }

    @Override
    public Socket connect() throws IOException {
        Socket socket = control();
        try {
            request(socket, 1, Site.FAR, FarEnd.PORT);
            return socket;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private Socket control() throws IOException {
        Socket socket = new Socket();
        try {
            // The descriptor is made where connect is called: in the namespace.
            namespace.call(() -> {
                socket.connect(new InetSocketAddress("127.0.0.1", port), timeOutMillis);
                return null;
            });
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(timeOutMillis);
        socket.getOutputStream().write(new byte[] {5, 1, 0});
        if (new DataInputStream(socket.getInputStream()).readUnsignedShort() != 0x0500) {
            throw new IOException("the client's SOCKS5 wants authentication");
        }
        return socket;
    }

    private static InetSocketAddress request(Socket socket, int command, String address, int port) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(HEADER);
        request.put((byte) 5).put((byte) command).put((byte) 0).put((byte) 1);
        request.put(InetAddress.ofLiteral(address).getAddress()).putShort((short) port);
        socket.getOutputStream().write(request.array());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        int head = in.readInt();
        if (head >>> 16 != 0x0500) {
            throw new SocketException("SOCKS5 answered " + (head >>> 16 & 0xff));
        }
        byte[] bound = in.readNBytes((head & 0xff) == 4 ? 16 : 4);
        return new InetSocketAddress(InetAddress.getByAddress(bound), in.readUnsignedShort());
    }

    @Override
    public Datagrams datagrams() throws IOException {
        Socket control = control();
        try {
            InetSocketAddress relay = request(control, 3, "0.0.0.0", 0);
            DatagramSocket socket = namespace.call(() -> new DatagramSocket());
            socket.setSendBufferSize(1 << 20);
            socket.setReceiveBufferSize(1 << 20);
            InetSocketAddress to = relay.getAddress().isAnyLocalAddress()
                    ? new InetSocketAddress("127.0.0.1", relay.getPort())
                    : relay;
            return new Association(control, socket, to);
        } catch (IOException e) {
            control.close();
            throw e;
        } catch (Exception e) {
            control.close();
            throw new IOException(e);
        }
    }

    private record Association(Socket control, DatagramSocket socket, InetSocketAddress relay) implements Datagrams {

        @Override
        public void send(byte[] payload) throws IOException {
            ByteBuffer packet = ByteBuffer.allocate(HEADER + payload.length);
            packet.putInt(1).put(InetAddress.ofLiteral(Site.FAR).getAddress()).putShort((short) FarEnd.PORT);
            packet.put(payload);
            socket.send(new DatagramPacket(packet.array(), packet.position(), relay));
        }

        @Override
        public byte[] receive(int millis) throws IOException {
            DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
            socket.setSoTimeout(millis);
            socket.receive(packet);
            if (packet.getLength() < HEADER || packet.getData()[3] != 1) {
                throw new IOException("what came has no IPv4 address in its header");
            }
            return java.util.Arrays.copyOfRange(packet.getData(), HEADER, packet.getLength());
        }

        @Override
        public void close() throws IOException {
            socket.close();
            control.close();
        }
    }
}
