package io.sluice.itest;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/**
 * The server's side of VLESS for one kind of request, TCP to an IPv4 address, from anybody: on a stream, or in the binary messages of a WebSocket
 * (RFC 6455). An appliance refuses what its own outbound sends to its own inbound, so another program has to be the server.
 */
final class VlessServer {

    /** Version, id, no addons. */
    private static final int GREETING = 1 + 16 + 1;

    private static final byte[] RESPONSE = {0, 0};

    /** RFC 6455 section 1.3. */
    private static final String ACCEPT = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private VlessServer() {}

    static void plain(Socket client) throws IOException {
        try (Socket target = target(client.getInputStream())) {
            client.getOutputStream().write(RESPONSE);
            Thread up = Thread.ofVirtual().start(() -> TrafficServer.relay(inputOf(client), target));
            TrafficServer.relay(target.getInputStream(), client);
            TrafficServer.join(up);
        }
    }

    /** Sends until the client closes; it has nothing to say but its request. */
    static void websocket(Socket client) throws IOException {
        DataInputStream in = new DataInputStream(client.getInputStream());
        OutputStream out = client.getOutputStream();
        out.write(("HTTP/1.1 101 Switching Protocols\r\n"
                        + "Upgrade: websocket\r\n"
                        + "Connection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: "
                        + accept(key(in)) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        try (Socket target = target(new ByteArrayInputStream(message(in)))) {
            send(out, RESPONSE, RESPONSE.length);
            byte[] chunk = new byte[16 * 1024];
            InputStream from = target.getInputStream();
            for (int n = from.read(chunk); n > 0; n = from.read(chunk)) {
                send(out, chunk, n);
            }
        }
    }

    private static InputStream inputOf(Socket socket) {
        try {
            return socket.getInputStream();
        } catch (IOException e) {
            return InputStream.nullInputStream();
        }
    }

    private static Socket target(InputStream request) throws IOException {
        DataInputStream in = new DataInputStream(request);
        in.skipNBytes(GREETING);
        int command = in.readUnsignedByte();
        int port = in.readUnsignedShort();
        int type = in.readUnsignedByte();
        if (command != 1 || type != 1) {
            throw new IOException("only TCP to IPv4 is served, not command " + command + " to type " + type);
        }
        Socket target = new Socket();
        target.connect(new InetSocketAddress(InetAddress.getByAddress(in.readNBytes(4)), port));
        return target;
    }

    /** The value of Sec-WebSocket-Key in the request, which is taken to its empty line. */
    private static String key(DataInputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.readUnsignedByte());
        }
        return head.toString()
                .lines()
                .filter(line -> line.regionMatches(true, 0, "Sec-WebSocket-Key:", 0, 18))
                .map(line -> line.substring(18).strip())
                .findFirst()
                .orElseThrow(() -> new IOException("no key: " + head));
    }

    private static String accept(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + ACCEPT).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** One masked binary message in one frame (RFC 6455 section 5.2). */
    private static byte[] message(DataInputStream in) throws IOException {
        int opcode = in.readUnsignedByte();
        int length = in.readUnsignedByte() & 0x7F;
        if (opcode != 0x82 || length == 127) {
            throw new IOException("only short binary messages are taken, not opcode " + opcode);
        }
        byte[] octets = new byte[length == 126 ? in.readUnsignedShort() : length];
        byte[] mask = in.readNBytes(4);
        in.readFully(octets);
        for (int i = 0; i < octets.length; i++) {
            octets[i] ^= mask[i & 3];
        }
        return octets;
    }

    /** One binary message; its length in as few octets as it needs, as section 5.2 wants it. */
    private static void send(OutputStream out, byte[] octets, int length) throws IOException {
        boolean small = length < 126;
        byte[] frame = new byte[(small ? 2 : 4) + length];
        frame[0] = (byte) 0x82;
        frame[1] = (byte) (small ? length : 126);
        if (!small) {
            frame[2] = (byte) (length >> 8);
            frame[3] = (byte) length;
        }
        System.arraycopy(octets, 0, frame, frame.length - length, length);
        out.write(frame);
    }
}
