package io.sluice.netmon.linux;

import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** A connection to the system message bus: who we are, calls of the bus itself, and what it sends. Blocking; one thread, and any to close it. */
final class SystemBus implements AutoCloseable {

    /** D-Bus Specification, "Well-known Message Bus Instances". */
    private static final String WELL_KNOWN = "/run/dbus/system_bus_socket";

    private static final String VARIABLE = "DBUS_SYSTEM_BUS_ADDRESS";

    /** A line of the authentication protocol; ours and the bus's have below 100 octets. */
    private static final int LONGEST_LINE = 512;

    private final SocketChannel channel;
    private int serial;

    private SystemBus(SocketChannel channel) {
        this.channel = channel;
    }

    /** Where the bus of this machine listens. */
    static UnixDomainSocketAddress address() {
        String set = System.getenv(VARIABLE);
        String prefix = "unix:path=";
        return UnixDomainSocketAddress.of(
                set != null && set.startsWith(prefix)
                        ? set.substring(prefix.length()).split("[,;]", 2)[0]
                        : WELL_KNOWN);
    }

    /** Connects and says who we are (D-Bus Specification, "Authentication Protocol", mechanism EXTERNAL: the kernel vouches for the user). */
    static SystemBus connect(UnixDomainSocketAddress address) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(address);
            SystemBus bus = new SystemBus(channel);
            Object user = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            String hex = HexFormat.of().formatHex(user.toString().getBytes(StandardCharsets.US_ASCII));
            bus.write(ByteBuffer.wrap(("\0AUTH EXTERNAL " + hex + "\r\n").getBytes(StandardCharsets.US_ASCII)));
            String answer = bus.line();
            if (!answer.startsWith("OK ")) {
                throw new IOException("the bus does not let us in: " + answer);
            }
            bus.write(ByteBuffer.wrap("BEGIN\r\n".getBytes(StandardCharsets.US_ASCII)));
            return bus;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.length() < LONGEST_LINE) {
            char next = (char) read(1).get(0);
            if (next == '\n') {
                return line.toString().strip();
            }
            line.append(next);
        }
        throw new IOException("the bus sends an endless line");
    }

    /** Calls a method of the bus; its answer comes among the messages. */
    void call(String method, String argument) throws IOException {
        write(BusMessage.call(++serial, method, argument));
    }

    /** Waits for a message. */
    BusMessage receive() throws IOException {
        ByteBuffer fixed = read(BusMessage.FIXED);
        int length = BusMessage.length(fixed);
        ByteBuffer whole = ByteBuffer.allocate(length).put(fixed);
        fill(whole);
        return BusMessage.read(whole.flip());
    }

    private void write(ByteBuffer out) throws IOException {
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    private ByteBuffer read(int length) throws IOException {
        ByteBuffer in = ByteBuffer.allocate(length);
        fill(in);
        return in.flip();
    }

    private void fill(ByteBuffer in) throws IOException {
        while (in.hasRemaining()) {
            if (channel.read(in) < 0) {
                throw new EOFException("it closed the connection");
            }
        }
    }

    boolean closed() {
        return !channel.isOpen();
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException _) {
            // A socket that cannot be closed is gone already.
        }
    }
}
