package io.sluice.lab;

import io.sluice.testkit.netns.ThreadNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Canaries from one place, the client's or the box's own, without end: TCP SYN, data of established TCP, UDP, ICMP, DNS by UDP and TCP, DoT, DoH, and the local
 * discovery protocols, in both families, {@link #RATE} packets a second. A refusal by the sender's own kernel is the filter at work and counted as sent.
 */
final class CanaryTraffic implements AutoCloseable {

    /** Of two places at once that is more than 500 a second: a hole of 10 ms is seen with more than 99 %. */
    static final int RATE = 300;

    private static final int MOST_DIALS = 24;
    private static final Map<String, Integer> TCP_PORTS =
            Map.of("TCP SYN", 4443, "DNS over TCP", 53, "DoT", 853, "DoH", 443);

    private final String namespace;
    private final String device;
    private final Map<String, AtomicLong> sent = new ConcurrentHashMap<>();
    private final AtomicLongArray numbered = new AtomicLongArray(Line.values().length);
    private final AtomicLong echoed = new AtomicLong();
    private final AtomicLong misdelivered = new AtomicLong();
    private final boolean box;
    private final Queue<SocketChannel> dials = new ArrayDeque<>();
    private final List<SocketChannel> streams = new ArrayList<>();
    private final CountDownLatch ready = new CountDownLatch(1);
    private final Thread thread;
    private volatile boolean running = true;
    private volatile boolean paused;
    private volatile Exception broken;

    /**
     * @param device by which multicast goes
     * @param box whether they are the box's own
     */
    CanaryTraffic(String namespace, String device, boolean box) {
        this.namespace = namespace;
        this.box = box;
        this.device = device;
        this.thread = Thread.ofPlatform().daemon().name("canaries-" + namespace).start(this::life);
        Waiting.until("canaries in " + namespace, () -> ready.getCount() == 0 || broken != null);
    }

    private void life() {
        try {
            ThreadNamespace.callInside(namespace, () -> {
                send();
                return null;
            });
        } catch (Exception e) {
            broken = e;
        }
    }

    /** Sent so far, by class and family. */
    Map<String, AtomicLong> sent() {
        return sent;
    }

    long total() {
        return sent.values().stream().mapToLong(AtomicLong::get).sum();
    }

    /** Datagrams with a number in them that were sent to {@link Places#COUNT_PORT} of this line. */
    long numbered(Line line) {
        return numbered.get(line.ordinal());
    }

    /** Of those, that have come back. */
    long echoed() {
        return echoed.get();
    }

    /** Datagrams that have come and are another's, or not as they were sent. */
    long misdelivered() {
        return misdelivered.get();
    }

    void pause(boolean now) {
        paused = now;
    }

    private void send() throws IOException {
        try (DatagramChannel udp4 = DatagramChannel.open(StandardProtocolFamily.INET);
                DatagramChannel udp6 = DatagramChannel.open(StandardProtocolFamily.INET6);
                RawSocket icmp4 = new RawSocket(RawSocket.AF_INET, RawSocket.IPPROTO_ICMP);
                RawSocket icmp6 = new RawSocket(RawSocket.AF_INET6, RawSocket.IPPROTO_ICMPV6)) {
            NetworkInterface by = NetworkInterface.getByName(device);
            for (DatagramChannel udp : List.of(udp4, udp6)) {
                udp.configureBlocking(false);
                udp.setOption(StandardSocketOptions.IP_MULTICAST_IF, by);
                udp.setOption(StandardSocketOptions.SO_BROADCAST, true);
            }
            ready.countDown();
            long next = System.nanoTime();
            for (int tick = 0; running; tick++) {
                next += 1_000_000_000L / RATE;
                long now = System.nanoTime();
                if (next - now > 0) {
                    LockSupport.parkNanos(next - now);
                } else if (now - next > 1_000_000_000L) {
                    next = now;
                }
                drain(udp4, Line.of(box, false));
                drain(udp6, Line.of(box, true));
                if (!paused) {
                    one(tick, udp4, udp6, icmp4, icmp6);
                }
            }
        } finally {
            for (SocketChannel channel : dials) {
                channel.close();
            }
            for (SocketChannel channel : streams) {
                channel.close();
            }
        }
    }

    /** @param line whose numbered datagrams are to come back by it, and no other's */
    private void drain(DatagramChannel udp, Line line) {
        try {
            ByteBuffer answer = ByteBuffer.allocate(2048);
            while (udp.receive(answer) != null) {
                byte[] payload = answer.array();
                int length = answer.position();
                if (NumberedDatagram.isMeant(payload, length)) {
                    boolean ours = NumberedDatagram.line(payload, length)
                            .filter(line::equals)
                            .isPresent();
                    (ours ? echoed : misdelivered).incrementAndGet();
                }
                answer.clear();
            }
        } catch (IOException e) {
            // An ICMP error of an earlier datagram.
            return;
        }
    }

    private void one(int tick, DatagramChannel udp4, DatagramChannel udp6, RawSocket icmp4, RawSocket icmp6)
            throws IOException {
        boolean six = (tick & 1) == 1;
        List<String> hosts = six ? Places.CANARY6 : Places.CANARY4;
        InetAddress to = InetAddress.ofLiteral(hosts.get(tick / 2 % hosts.size()));
        DatagramChannel udp = six ? udp6 : udp4;
        String family = six ? " v6" : " v4";
        int kind = tick / 2 % 10;
        switch (kind) {
            case 0, 1, 2 -> number(udp, to, family, Line.of(box, six));
            case 3, 4 -> datagram("DNS", family, udp, Packets.dnsQuery(tick), to, 53);
            case 5, 6 -> {
                (six ? icmp6 : icmp4).send(Packets.echo(six, tick), to, 0);
                count("ICMP" + family);
            }
            case 7 -> local(tick / 20, six, udp);
            case 8 -> stream(six, to);
            default -> dial(tick / 20, six, to);
        }
    }

    private void number(DatagramChannel udp, InetAddress to, String family, Line line) {
        byte[] payload = NumberedDatagram.octets(line, numbered.incrementAndGet(line.ordinal()));
        datagram("UDP", family, udp, payload, to, Places.COUNT_PORT);
    }

    /** mDNS, LLMNR, NetBIOS, SSDP: RFC 6762 §3, RFC 4795 §2.1, RFC 1002 §4.2, UPnP 1.1 §1. */
    private void local(int turn, boolean six, DatagramChannel udp) {
        InetAddress mdns = InetAddress.ofLiteral(six ? "ff02::fb" : "224.0.0.251");
        InetAddress llmnr = InetAddress.ofLiteral(six ? "ff02::1:3" : "224.0.0.252");
        InetAddress netbios = InetAddress.ofLiteral(six ? "ff02::1" : "255.255.255.255");
        InetAddress ssdp = InetAddress.ofLiteral(six ? "ff02::c" : "239.255.255.250");
        String family = six ? " v6" : " v4";
        switch (turn % 4) {
            case 0 -> datagram("mDNS", family, udp, Packets.dnsQuery(0), mdns, 5353);
            case 1 -> datagram("LLMNR", family, udp, Packets.dnsQuery(turn), llmnr, 5355);
            case 2 -> datagram("NBNS", family, udp, Packets.mark(), netbios, 137);
            default -> datagram("SSDP", family, udp, Packets.mark(), ssdp, 1900);
        }
    }

    private void datagram(String kind, String family, DatagramChannel udp, byte[] payload, InetAddress to, int port) {
        try {
            udp.send(ByteBuffer.wrap(payload), new InetSocketAddress(to, port));
        } catch (IOException e) {
            // Refused by the filter, or an ICMP error of an earlier one: either way it did not leave.
            count("refused here");
        }
        count(kind + family);
    }

    private void dial(int turn, boolean six, InetAddress to) throws IOException {
        String kind = List.of("TCP SYN", "DNS over TCP", "DoT", "DoH").get(turn % 4);
        while (dials.size() >= MOST_DIALS) {
            dials.remove().close();
        }
        SocketChannel channel = SocketChannel.open();
        dials.add(channel);
        channel.configureBlocking(false);
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
            channel.connect(new InetSocketAddress(to, TCP_PORTS.get(kind)));
        } catch (IOException e) {
            channel.close();
        }
        count(kind + (six ? " v6" : " v4"));
    }

    /** Writes on a stream that is established as soon as there is a way, and again when it broke. */
    private void stream(boolean six, InetAddress to) throws IOException {
        int slot = six ? 1 : 0;
        while (streams.size() <= slot) {
            streams.add(SocketChannel.open());
            streams.getLast().close();
        }
        SocketChannel channel = streams.get(slot);
        try {
            if (!channel.isOpen()) {
                channel = SocketChannel.open();
                streams.set(slot, channel);
                channel.configureBlocking(false);
                channel.connect(new InetSocketAddress(to, Places.DISCARD_PORT));
            } else if (channel.isConnectionPending()) {
                channel.finishConnect();
            }
            if (channel.isConnected()) {
                channel.write(ByteBuffer.wrap(Packets.mark()));
            }
        } catch (IOException e) {
            channel.close();
        }
        count("TCP data" + (six ? " v6" : " v4"));
    }

    private void count(String kind) {
        sent.computeIfAbsent(kind, k -> new AtomicLong()).incrementAndGet();
    }

    /** The fault that ended the sending, if any: then nothing that was not seen proves anything. */
    Exception broken() {
        return broken;
    }

    @Override
    public void close() {
        running = false;
        try {
            thread.join(5_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
