package io.sluice.outbound.dns.engine;

import io.sluice.wire.dns.DnsMessage;
import io.sluice.wire.dns.DnsQuestion;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A name server on loopback, one port for UDP and TCP: answers without records, or with a question repeated so often that it is large. */
final class NameServer implements AutoCloseable {

    /** So many questions make an answer of over 2,000 octets. */
    private static final int LARGE = 400;

    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile boolean large;
    /** Ends a connection instead of answering. */
    volatile boolean rude;

    private final ServerSocket tcp;
    private final DatagramSocket udp;

    NameServer() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        tcp = new ServerSocket(0, 16, loopback);
        udp = new DatagramSocket(new InetSocketAddress(loopback, 0));
        Thread.ofVirtual().start(this::serveTcp);
        Thread.ofVirtual().start(this::serveUdp);
    }

    InetSocketAddress tcp() {
        return (InetSocketAddress) tcp.getLocalSocketAddress();
    }

    InetSocketAddress udp() {
        return (InetSocketAddress) udp.getLocalSocketAddress();
    }

    private void serveTcp() {
        try {
            while (true) {
                Socket socket = tcp.accept();
                Thread.ofVirtual().start(() -> converse(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void converse(Socket socket) {
        try (socket;
                DataInputStream in = new DataInputStream(socket.getInputStream());
                DataOutputStream out = new DataOutputStream(socket.getOutputStream())) {
            while (true) {
                byte[] query = new byte[in.readUnsignedShort()];
                in.readFully(query);
                byte[] answer = answer("tcp", query);
                if (rude) {
                    return;
                }
                out.writeShort(answer.length);
                out.write(answer);
                out.flush();
            }
        } catch (IOException e) {
            // ended
        }
    }

    private void serveUdp() {
        byte[] memory = new byte[DnsMessage.MAX_LENGTH];
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(memory, memory.length);
                udp.receive(packet);
                byte[] query = new byte[packet.getLength()];
                System.arraycopy(memory, 0, query, 0, query.length);
                byte[] answer = answer("udp", query);
                udp.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private byte[] answer(String how, byte[] octets) {
        DnsMessage query = DnsMessage.parse(ByteBuffer.wrap(octets), 0);
        DnsQuestion question = query.questions().getFirst();
        asked.add(how + " " + question);
        DnsMessage response = query.response(0, List.of());
        DnsMessage written = large
                ? new DnsMessage(
                        response.id(),
                        response.flags(),
                        Collections.nCopies(LARGE, question),
                        List.of(),
                        List.of(),
                        List.of(),
                        response.edns())
                : response;
        ByteBuffer out = ByteBuffer.allocate(DnsMessage.MAX_LENGTH);
        byte[] answer = new byte[written.emit(out, 0, DnsMessage.MAX_LENGTH)];
        out.get(0, answer);
        return answer;
    }

    @Override
    public void close() throws IOException {
        tcp.close();
        udp.close();
    }
}
