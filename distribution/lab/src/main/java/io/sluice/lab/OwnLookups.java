package io.sluice.lab;

import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** L29: the appliance's own sockets. Of these only the lookups of its servers' names go elsewhere than to a server, at the name servers that the filter opens for them. */
final class OwnLookups {

    /** Not the appliance's: below those that the kernel gives to a socket (net.ipv4.ip_local_port_range), and no port that the observers know strangers by. */
    private static final int PORTS = 20_000;

    private static final String FOREIGN = "foreign.lab.example";
    private static final int ANSWER_MILLIS = 1_000;
    private static final int TRIES = 5;

    private OwnLookups() {}

    static Injection injection() {
        return Injection.of(
                        "L29",
                        "the appliance's own lookups: its server's name past the tunnel, and nobody's question beside it")
                .within(5)
                .sending(OwnLookups::foreign)
                .breaking(OwnLookups::lookups)
                .restoring((w, dice) -> w.apply(w.config().withRelay(Places.RELAY4)));
    }

    /** Others ask the same name servers, for another name: by datagrams, and in the middle of a stream. */
    private static void foreign(World w, Random dice) {
        byte[] query = Packets.dnsQuery(dice.nextInt(65_536), FOREIGN);
        byte[] framed = ByteBuffer.allocate(2 + query.length)
                .putShort((short) query.length)
                .put(query)
                .array();
        for (Sender from : Sender.all(w)) {
            for (String to : Places.NAME_SERVERS) {
                int port = PORTS + dice.nextInt(4);
                from.udp(w, port, to, 53, query);
                from.tcp(w, port, to, 53, LeakPackets.ACK | LeakPackets.PSH, framed);
            }
        }
    }

    /** The server's name is asked for again and again, as its address is no longer fresh after a second; clients and the box ask for others meanwhile, by the tunnel. */
    private static void lookups(World w, Random dice) throws IOException {
        Asked asked = w.names.asked();
        asked.forget();
        w.apply(w.config().withRelay(Places.RELAY_NAME));
        Waiting.until("the tunnel to a proxy with a name", w::carries);
        for (int i = dice.nextInt(1, 3); i > 0; i--) {
            foreign(w, dice);
            for (NetworkNamespace from : List.of(w.lab.lan, w.lab.gw)) {
                String name = "n" + dice.nextInt(1_000_000) + ".lab.example";
                ask(from, name, Places.NAME_SERVERS.get(dice.nextInt(Places.NAME_SERVERS.size())));
                if (!asked.through(name)) {
                    throw new IllegalStateException("a question was answered, and did not come by the proxy: " + name);
                }
            }
            Waiting.pause(1_000L * NameServers.TTL + dice.nextInt(100, 400));
            long before = asked.own();
            Waiting.until("a question for the proxy's name", () -> w.carriesAnything() && asked.own() > before);
        }
        if (!asked.past().isEmpty()) {
            throw new IllegalStateException("the name servers were asked past the tunnel for " + asked.past());
        }
    }

    /** @throws IllegalStateException without an answer */
    private static void ask(NetworkNamespace from, String name, String server) {
        Lab.onThread(from, () -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.setSoTimeout(ANSWER_MILLIS);
                byte[] query = Packets.dnsQuery(1, name);
                for (int i = 0; i < TRIES; i++) {
                    socket.send(new DatagramPacket(query, query.length, InetAddress.ofLiteral(server), 53));
                    try {
                        socket.receive(new DatagramPacket(new byte[512], 512));
                        return null;
                    } catch (SocketTimeoutException e) {
                        continue; // lost, or the tunnel is just being connected
                    }
                }
                throw new IllegalStateException("no answer by the tunnel for " + name);
            }
        });
    }
}
