package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Two name servers beside the proxy's host, which know the proxy's name, and can be told to fail. */
final class NameServers implements AutoCloseable {

    /** What a name server may do instead of answering. */
    enum Trouble {
        NONE,
        /** Nothing comes back. */
        SILENT,
        /** SERVFAIL. */
        FAILING,
        /** The answer takes {@link #SLOW} milliseconds. */
        SLOW,
        /** There is no such name, it says, and does not say that it has authority. */
        LYING,
        /** By datagrams it says only that the answer does not fit. */
        TCP_ONLY
    }

    private static final int PORT = 53;
    private static final int SLOW = 5_000;
    private static final int A = 1;
    private static final int AAAA = 28;
    private static final int SERVFAIL = 2;
    private static final int NXDOMAIN = 3;

    private static final byte[] RELAY6 = InetAddress.ofLiteral(Places.RELAY6).getAddress();

    /** Of a good answer, in seconds: soon everybody has to ask again. */
    static final int TTL = 1;

    private final List<Server> servers = new ArrayList<>();
    private final Asked asked = new Asked();

    NameServers(NetworkNamespace where) {
        Places.NAME_SERVERS.forEach(address -> servers.add(Lab.onThread(where, () -> new Server(address, asked))));
    }

    /** Who has asked them. */
    Asked asked() {
        return asked;
    }

    /** From now on; the others are as they should be. */
    void trouble(Trouble first, Trouble second) {
        servers.get(0).trouble = first;
        servers.get(1).trouble = second;
    }

    /** What they both say the proxy's address is, from now on. */
    void forge(String address) {
        servers.forEach(server -> server.told = InetAddress.ofLiteral(address));
    }

    /** Whether they both say that the proxy has {@link Places#RELAY6} besides, from now on. */
    void tellIpv6(boolean now) {
        servers.forEach(server -> server.ipv6 = now);
    }

    private static final class Server implements AutoCloseable {

        private final Asked asked;
        private final DatagramSocket datagrams;
        private final ServerSocket streams;
        private volatile Trouble trouble = Trouble.NONE;
        private volatile InetAddress told = InetAddress.ofLiteral(Places.RELAY4);
        private volatile boolean ipv6;

        Server(String address, Asked asked) throws IOException {
            this.asked = asked;
            InetSocketAddress at = new InetSocketAddress(address, PORT);
            datagrams = new DatagramSocket(at);
            streams = new ServerSocket();
            streams.setReuseAddress(true);
            streams.bind(at);
            Thread.ofPlatform().daemon().name("dns-udp-" + address).start(this::serveDatagrams);
            Thread.ofPlatform().daemon().name("dns-tcp-" + address).start(this::serveStreams);
        }

        private void serveDatagrams() {
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(new byte[1_500], 1_500);
                    datagrams.receive(packet);
                    Thread.ofVirtual().start(() -> answer(packet));
                }
            } catch (IOException e) {
                return; // closed
            }
        }

        private void answer(DatagramPacket packet) {
            byte[] query = Arrays.copyOf(packet.getData(), packet.getLength());
            asked.note(packet.getAddress(), query);
            answer(query, true).ifPresent(answer -> {
                try {
                    datagrams.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                } catch (IOException e) {
                    return; // closed, or who asked is gone
                }
            });
        }

        private void serveStreams() {
            try {
                while (true) {
                    Socket client = streams.accept();
                    Thread.ofVirtual().start(() -> converse(client));
                }
            } catch (IOException e) {
                return; // closed
            }
        }

        private void converse(Socket client) {
            try (client) {
                DataInputStream in = new DataInputStream(client.getInputStream());
                DataOutputStream out = new DataOutputStream(client.getOutputStream());
                while (true) {
                    byte[] query = new byte[in.readUnsignedShort()];
                    in.readFully(query);
                    asked.note(client.getInetAddress(), query);
                    Optional<byte[]> answer = answer(query, false);
                    if (answer.isPresent()) {
                        out.writeShort(answer.get().length);
                        out.write(answer.get());
                    }
                }
            } catch (IOException e) {
                return; // who asked has what he wanted
            }
        }

        private Optional<byte[]> answer(byte[] query, boolean datagram) {
            Trouble now = trouble;
            if (now == Trouble.SILENT) {
                return Optional.empty();
            }
            if (now == Trouble.SLOW) {
                Waiting.pause(SLOW);
            }
            return Optional.of(message(
                    query,
                    switch (now) {
                        case FAILING -> SERVFAIL;
                        case LYING -> NXDOMAIN;
                        default -> 0;
                    },
                    datagram && now == Trouble.TCP_ONLY));
        }

        /** RFC 1035 §4.1: the question again, and the proxy's address of the family that was asked for (RFC 3596 §2.2). */
        private byte[] message(byte[] query, int code, boolean truncated) {
            int end = 12;
            while (query[end] != 0) {
                end += query[end] + 1;
            }
            int type = (query[end + 1] & 0xff) << 8 | query[end + 2] & 0xff;
            end += 5;
            boolean address = code == 0 && !truncated && (type == A || (type == AAAA && ipv6));
            byte[] proxy = type == A ? told.getAddress() : RELAY6;
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(query, 0, 2);
            out.write(truncated ? 0x83 : 0x81);
            out.write(0x80 | code);
            out.writeBytes(new byte[] {0, 1, 0, (byte) (address ? 1 : 0), 0, 0, 0, 0});
            out.write(query, 12, end - 12);
            if (address) {
                out.writeBytes(
                        new byte[] {(byte) 0xc0, 12, 0, (byte) type, 0, 1, 0, 0, 0, TTL, 0, (byte) proxy.length});
                out.writeBytes(proxy);
            }
            return out.toByteArray();
        }

        @Override
        public void close() throws IOException {
            datagrams.close();
            streams.close();
        }
    }

    @Override
    public void close() {
        for (Server server : servers) {
            try {
                server.close();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
