package io.sluice.netstack.packetscript;

import io.sluice.netstack.engine.tcp.ConnectionView;
import io.sluice.netstack.engine.tcp.TcpConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The system calls of the host, as {@code shim.c} numbers them. */
final class HostCalls {

    /** A call under way; null means that it has to wait. */
    interface Call {
        Result attempt() throws CallException;
    }

    record Result(long value, byte[] data) {}

    private static final Result OK = new Result(0, new byte[0]);

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int O_NONBLOCK = 0x800;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_KNOWN = MSG_DONTWAIT | 0x4000; // MSG_NOSIGNAL
    private static final int SOL_SOCKET = 1;
    private static final int SOL_TCP = 6;

    private final ScriptHost host;

    HostCalls(ScriptHost host) {
        this.host = host;
    }

    Call of(int what, long[] arguments, byte[] data) {
        int fd = (int) arguments[0];
        int second = (int) arguments[1];
        int third = (int) arguments[2];
        return switch (what) {
            case 1 -> () -> new Result(host.nowMicros(), new byte[0]);
            case 2 ->
                () -> {
                    host.sockets.put(fd, new ScriptSocket());
                    return OK;
                };
            case 3 ->
                () -> {
                    socket(fd).port = second;
                    return OK;
                };
            case 4 ->
                () -> {
                    socket(fd).listening = true;
                    return OK;
                };
            case 5 -> () -> accept(socket(fd), second);
            case 6 ->
                () -> {
                    throw new CallException(
                            Errno.EOPNOTSUPP); // the stack of a gateway opens no connections towards its clients
                };
            case 7 -> () -> read(socket(fd), second, third);
            case 8 -> write(fd, second, data);
            case 9 ->
                () -> {
                    socket(fd).close();
                    host.sockets.remove(fd);
                    return OK;
                };
            case 10 ->
                () -> {
                    connected(fd).shutdown(second);
                    return OK;
                };
            case 11 -> () -> option(fd, second, third);
            case 12 -> () -> option(fd, second, third, ByteBuffer.wrap(data).order(ByteOrder.nativeOrder()));
            case 13 -> () -> poll(fd, ByteBuffer.wrap(data).order(ByteOrder.nativeOrder()));
            case 14 ->
                () -> {
                    socket(fd).nonBlocking = (second & O_NONBLOCK) != 0;
                    return OK;
                };
            case 15 ->
                () -> new Result(
                        second == 0 ? connected(fd).unread() : connected(fd).unsent(), new byte[0]);
            case 16 ->
                () -> {
                    host.input(data);
                    return OK;
                };
            case 17 -> this::nextPacket;
            case 18 ->
                () -> {
                    host.advanceTo(host.nowMicros() + fd);
                    return OK;
                };
            case 19 ->
                () -> {
                    int exit = host.settings.run(new String(data, StandardCharsets.UTF_8));
                    host.settingsChanged();
                    return new Result(exit, new byte[0]);
                };
            default ->
                () -> {
                    throw new CallException(Errno.ENOSYS);
                };
        };
    }

    private ScriptSocket socket(int fd) throws CallException {
        ScriptSocket socket = host.sockets.get(fd);
        if (socket == null) {
            throw new CallException(Errno.EBADF);
        }
        return socket;
    }

    private ScriptSocket connected(int fd) throws CallException {
        ScriptSocket socket = socket(fd);
        if (socket.connection() == null) {
            throw new CallException(Errno.ENOTCONN);
        }
        return socket;
    }

    private static Result wouldBlock(ScriptSocket socket, int flags) throws CallException {
        if (socket.nonBlocking || (flags & MSG_DONTWAIT) != 0) {
            throw new CallException(Errno.EAGAIN);
        }
        return null;
    }

    private Result accept(ScriptSocket listener, int fd) throws CallException {
        ScriptSocket first = listener.waiting.peek();
        if (first == null || !first.isEstablished()) {
            return wouldBlock(listener, 0);
        }
        listener.waiting.poll();
        host.sockets.put(fd, first);
        return new Result(0, address(first.connection()));
    }

    /** struct sockaddr_in or sockaddr_in6. */
    private static byte[] address(TcpConnection connection) {
        InetSocketAddress remote = connection.remote();
        InetAddress ip = remote.getAddress();
        boolean v4 = connection.isV4();
        ByteBuffer out = ByteBuffer.allocate(v4 ? 16 : 28);
        out.order(ByteOrder.nativeOrder()).putShort((short) (v4 ? AF_INET : AF_INET6));
        out.order(ByteOrder.BIG_ENDIAN).putShort((short) remote.getPort());
        out.position(v4 ? 4 : 8).put(ip.getAddress());
        return out.array();
    }

    private static Result read(ScriptSocket socket, int room, int flags) throws CallException {
        byte[] taken = socket.read(room);
        return taken == null ? wouldBlock(socket, flags) : new Result(taken.length, taken);
    }

    private Call write(int fd, int flags, byte[] data) {
        int[] written = {0};
        return () -> {
            if ((flags & ~MSG_KNOWN) != 0) {
                throw new CallException(Errno.EOPNOTSUPP);
            }
            ScriptSocket socket = socket(fd);
            written[0] += socket.write(data, written[0]);
            if (written[0] < data.length && (written[0] == 0 || !socket.nonBlocking)) {
                return wouldBlock(socket, flags);
            }
            return new Result(written[0], new byte[0]);
        };
    }

    private Result nextPacket() {
        ScriptHost.Sent sent = host.nextPacket();
        if (sent == null) {
            return OK;
        }
        byte[] data = ByteBuffer.allocate(8 + sent.octets().length)
                .order(ByteOrder.nativeOrder())
                .putLong(sent.atMicros())
                .put(sent.octets())
                .array();
        return new Result(1, data);
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }

    private Result option(int fd, int level, int name) throws CallException {
        ScriptSocket socket = socket(fd);
        byte[] value = switch (level << 16 | name) {
            case SOL_SOCKET << 16 | 4 -> number(0); // SO_ERROR
            case SOL_SOCKET << 16 | 7 -> number(socket.sendBuffer());
            case SOL_SOCKET << 16 | 55 -> new byte[36]; // SO_MEMINFO
            case SOL_TCP << 16 | 1 -> number(socket.noDelay() ? 1 : 0);
            case SOL_TCP << 16 | 2 -> number(socket.segmentSize());
            case SOL_TCP << 16 | 11 -> ConnectionView.info(connected(fd).connection());
            case SOL_TCP << 16 | 18 -> number(socket.userTimeoutMillis());
            case SOL_TCP << 16 | 26 -> new byte[20]; // TCP_CC_INFO
            default -> throw new CallException(Errno.ENOPROTOOPT);
        };
        return new Result(0, value);
    }

    private Result option(int fd, int level, int name, ByteBuffer value) throws CallException {
        ScriptSocket socket = socket(fd);
        int number = value.remaining() >= 4 ? value.getInt(0) : value.get(0);
        switch (level << 16 | name) {
            case SOL_SOCKET << 16 | 2, SOL_SOCKET << 16 | 15 -> {} // SO_REUSEADDR, SO_REUSEPORT
            case SOL_SOCKET << 16 | 7 -> socket.sendBuffer(number);
            case SOL_SOCKET << 16 | 9 -> socket.keepAlive(number != 0);
            case SOL_SOCKET << 16 | 13 -> socket.lingersNot(number != 0 && value.getInt(4) == 0);
            case SOL_TCP << 16 | 1 -> socket.noDelay(number != 0);
            case SOL_TCP << 16 | 2 -> socket.maxSegment = number;
            case SOL_TCP << 16 | 18 -> socket.userTimeoutMillis(number);
            default -> throw new CallException(Errno.ENOPROTOOPT);
        }
        return OK;
    }

    /** struct pollfd: descriptor, wanted and found events. Waits are not offered. */
    private Result poll(int timeoutMillis, ByteBuffer fds) throws CallException {
        int found = 0;
        for (int at = 0; at < fds.limit(); at += 8) {
            int events = socket(fds.getInt(at)).events() & (fds.getShort(at + 4) | 0x38);
            fds.putShort(at + 6, (short) events);
            found += events != 0 ? 1 : 0;
        }
        return found == 0 && timeoutMillis != 0 ? null : new Result(found, fds.array());
    }
}
