package io.sluice.netlink.linux;

import static io.sluice.netlink.linux.NetlinkConstants.*;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A netlink socket of the calling thread's network namespace. One thread at a time; every wait is bounded. */
public final class NetlinkSocket implements AutoCloseable {

    /**
     * How long a request waits for its answer. The kernel answers within the system call; only the RTNL mutex can delay it, which
     * others hold for milliseconds, for seconds when interfaces are torn down in bulk.
     */
    private static final Duration ANSWER = Duration.ofSeconds(5);

    /** sizeof(struct sockaddr_nl). */
    private static final int ADDRESS = 12;

    /** The kernel keeps 32 octets of the send buffer back; as much again for what it accounts besides. */
    private static final int SEND_OVERHEAD = 4096;

    /** net.core.wmem_default. */
    private static final int USUAL_SEND_BUFFER = 212_992;

    /** A dump is cut into datagrams of at most 32 KiB (net/netlink/af_netlink.c, netlink_dump); others are smaller. */
    private static final int RECEIVE_BUFFER = 65_536;

    /** Notifications that pile up while the reader is busy; a few thousand changes. When it overflows, {@link #receive} tells. */
    private static final int NOTIFICATION_QUEUE = 1 << 20;

    /** Datagrams that one {@link #receive} takes: a storm must not keep its caller from looking at what came of it. */
    private static final int MOST_AT_ONCE = 1024;

    /** A dump that others keep changing is asked for again; after this many attempts the last, inconsistent one is refused. */
    private static final int DUMP_ATTEMPTS = 8;

    private final Memory memory = new Memory(RECEIVE_BUFFER);
    private final int fd;
    private int sequence;
    private boolean closed;

    private NetlinkSocket(int fd) {
        this.fd = fd;
    }

    /** Opens a socket for requests to NETLINK_ROUTE. */
    public static NetlinkSocket open() throws NetlinkException {
        return open(NETLINK_ROUTE);
    }

    /** Opens a socket for requests to a protocol, NETLINK_…. */
    public static NetlinkSocket open(int protocol) throws NetlinkException {
        return open(protocol, ANSWER);
    }

    /**
     * Opens a socket that listens to notifications.
     *
     * @param patience how long one {@link #receive} waits
     * @param groups RTNLGRP_…
     */
    public static NetlinkSocket subscribe(Duration patience, int... groups) throws NetlinkException {
        return subscribe(NETLINK_ROUTE, patience, groups);
    }

    /** The same for any protocol, NETLINK_…. */
    public static NetlinkSocket subscribe(int protocol, Duration patience, int... groups) throws NetlinkException {
        NetlinkSocket socket = open(protocol, patience);
        try {
            socket.option(SOL_SOCKET, SO_RCVBUF, NOTIFICATION_QUEUE);
            for (int group : groups) {
                socket.option(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
            }
            return socket;
        } catch (NetlinkException e) {
            socket.close();
            throw e;
        }
    }

    private static NetlinkSocket open(int protocol, Duration patience) throws NetlinkException {
        int fd = Libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
        if (fd < 0) {
            throw failed("socket(AF_NETLINK)", Native.getLastError());
        }
        NetlinkSocket socket = new NetlinkSocket(fd);
        try {
            socket.prepare(patience);
            return socket;
        } catch (NetlinkException e) {
            socket.close();
            throw e;
        }
    }

    private void prepare(Duration patience) throws NetlinkException {
        // struct sockaddr_nl: family, pad, pid 0 = the kernel chooses, groups 0
        memory.clear(ADDRESS);
        memory.setShort(0, (short) AF_NETLINK);
        if (Libc.bind(fd, memory, ADDRESS) < 0) {
            throw failed("bind(AF_NETLINK)", Native.getLastError());
        }
        // struct timeval of a 64-bit system
        memory.setLong(0, patience.toSeconds());
        memory.setLong(8, patience.toNanosPart() / 1000);
        if (Libc.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, memory, 16) < 0) {
            throw failed("setsockopt(SO_RCVTIMEO)", Native.getLastError());
        }
        option(SOL_NETLINK, NETLINK_EXT_ACK, 1);
        // Without strict checking (kernels before 4.20) a dump is not filtered by the kernel; the readers filter it
        // again.
        memory.setInt(0, 1);
        Libc.setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, memory, Integer.BYTES);
    }

    private void option(int level, int option, int value) throws NetlinkException {
        memory.setInt(0, value);
        if (Libc.setsockopt(fd, level, option, memory, Integer.BYTES) < 0) {
            throw failed("setsockopt(" + level + ", " + option + ")", Native.getLastError());
        }
    }

    /** Sends a request with NLM_F_ACK and waits until the kernel accepts it. */
    public void change(MessageWriter request, String what) throws NetlinkException {
        int number = send(request, what);
        while (true) {
            for (NetlinkMessage answer : answers(what)) {
                if (answer.sequence() == number && answer.type() == NLMSG_ERROR) {
                    Acknowledgement.check(answer, what);
                    return;
                }
            }
        }
    }

    /**
     * Sends requests in one datagram, which the kernel carries out as one (nfnetlink's batches), and waits for the acknowledgement of that one of them
     * that asks for it. All of them or none have been carried out then.
     */
    public void transact(Batch batch, String what) throws NetlinkException {
        requireOpen(what);
        drain(); // refusals of an earlier batch, which only the first was read of
        int first = sequence + 1;
        byte[] octets = batch.numbered(first);
        sequence += batch.messages();
        // The kernel refuses what does not fit into the send buffer (net/netlink/af_netlink.c, netlink_sendmsg). A
        // privileged
        // process may exceed the system's limit; where that is not permitted the usual 208 KiB have to do.
        memory.setInt(0, Math.max(octets.length + SEND_OVERHEAD, USUAL_SEND_BUFFER));
        Libc.setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, memory, Integer.BYTES);
        try (Memory datagram = new Memory(octets.length)) {
            datagram.write(0, octets, 0, octets.length);
            if (Libc.sendto(fd, datagram, octets.length, 0, null, 0) < 0) {
                throw failed(what, Native.getLastError());
            }
        }
        awaitAcknowledgement(first, what);
    }

    /**
     * Refusals come first, in the order of the requests, then the acknowledgement. A large batch that is refused whole has more refusals than the queue holds:
     * the first is there all the same.
     */
    private void awaitAcknowledgement(int first, String what) throws NetlinkException {
        while (true) {
            List<NetlinkMessage> answers = List.of();
            try {
                answers = answers(what);
            } catch (NetlinkException e) {
                if (e.errno() != Errno.ENOBUFS) {
                    throw e;
                }
            }
            for (NetlinkMessage answer : answers) {
                if (answer.sequence() >= first && answer.type() == NLMSG_ERROR) {
                    Acknowledgement.check(answer, what);
                    return;
                }
            }
        }
    }

    /** Sends a request that is answered by one message. */
    NetlinkMessage ask(MessageWriter request, String what) throws NetlinkException {
        int number = send(request, what);
        while (true) {
            for (NetlinkMessage answer : answers(what)) {
                if (answer.sequence() != number) {
                    continue;
                }
                if (answer.type() == NLMSG_ERROR) {
                    Acknowledgement.check(answer, what);
                    throw NetlinkMessage.malformed(what + " was acknowledged without an answer");
                }
                return answer;
            }
        }
    }

    /** Sends a dump request and gathers all its parts; asks again while the kernel says that they do not fit together. */
    public List<NetlinkMessage> dump(MessageWriter request, String what) throws NetlinkException {
        return dump(request, what, DumpSieve.EVERYTHING);
    }

    /**
     * The same of what may be huge. Where there is more than the sieve takes, the answer may lack entries that changed while it was made, for a huge table may
     * change all the time.
     */
    List<NetlinkMessage> dump(MessageWriter request, String what, DumpSieve sieve) throws NetlinkException {
        for (int attempt = 0; attempt < DUMP_ATTEMPTS; attempt++) {
            sieve.begin();
            List<NetlinkMessage> parts = new ArrayList<>();
            if (gather(send(request, what), parts, sieve, what) || sieve.overflowed()) {
                return parts;
            }
        }
        throw new NetlinkException(
                Errno.EINTR, what + ": the tables changed during each of " + DUMP_ATTEMPTS + " readings; try again");
    }

    /** Returns whether the parts are consistent. */
    private boolean gather(int number, List<NetlinkMessage> parts, DumpSieve sieve, String what)
            throws NetlinkException {
        boolean consistent = true;
        while (true) {
            for (NetlinkMessage answer : answers(what)) {
                if (answer.sequence() != number) {
                    continue;
                }
                // NLM_F_DUMP_INTR: the tables changed between two parts, so that entries may be missing or doubled.
                consistent &= (answer.flags() & NLM_F_DUMP_INTR) == 0;
                switch (answer.type()) {
                    case NLMSG_DONE -> {
                        done(answer, what);
                        return consistent;
                    }
                    case NLMSG_ERROR -> {
                        Acknowledgement.check(answer, what);
                        return consistent;
                    }
                    case NLMSG_OVERRUN -> throw new NetlinkException(Errno.ENOBUFS, what + ": the answer was lost");
                    case NLMSG_NOOP -> {}
                    default -> {
                        if (sieve.keeps(answer)) {
                            parts.add(answer);
                        }
                    }
                }
            }
        }
    }

    /** NLMSG_DONE carries the error that ended the dump, 0 for none (net/netlink/af_netlink.c, netlink_dump_done). */
    private static void done(NetlinkMessage answer, String what) throws NetlinkException {
        ByteBuffer in = answer.content();
        if (in.remaining() >= Integer.BYTES && in.getInt(0) < 0) {
            throw failed(what, -in.getInt(0));
        }
    }

    /**
     * Waits for notifications for the patience given when the socket was opened, and takes what else has piled up.
     *
     * @return what they are about, nothing if none came in that time; every topic when some were lost, so that the listener looks for itself
     */
    public Set<Topic> receive() throws NetlinkException {
        Set<Topic> heard = EnumSet.noneOf(Topic.class);
        int flags = MSG_TRUNC;
        for (int datagrams = 0; datagrams < MOST_AT_ONCE; datagrams++) {
            long length = Libc.recvfrom(fd, memory, RECEIVE_BUFFER, flags, null, null);
            int errno = length < 0 ? Native.getLastError() : 0;
            switch (errno) {
                case 0 -> heard.addAll(topics(length));
                case Errno.ENOBUFS -> heard.addAll(Topic.ALL);
                case Errno.EINTR -> {}
                case Errno.EAGAIN -> {
                    return heard;
                }
                default -> throw failed("notifications", errno);
            }
            flags = heard.isEmpty() ? MSG_TRUNC : MSG_TRUNC | MSG_DONTWAIT;
        }
        return heard;
    }

    /**
     * Waits in the same way, for the messages themselves.
     *
     * @throws NetlinkException with {@link Errno#ENOBUFS} when some were lost
     */
    public List<NetlinkMessage> notifications() throws NetlinkException {
        Optional<ByteBuffer> datagram = read("notifications");
        return datagram.isEmpty() ? List.of() : NetlinkMessage.split(datagram.get());
    }

    /** The kernel's number of this socket, which notifications of changes that it made carry (nlmsg_pid). */
    public int port() throws NetlinkException {
        memory.clear(ADDRESS);
        try (Memory length = new Memory(Integer.BYTES)) {
            length.setInt(0, ADDRESS);
            if (Libc.getsockname(fd, memory, length) < 0) {
                throw failed("getsockname(AF_NETLINK)", Native.getLastError());
            }
        }
        return memory.getInt(4);
    }

    /** Takes every notification that waits already, without waiting; lost ones do not matter. */
    public void drain() throws NetlinkException {
        while (true) {
            long length = Libc.recvfrom(fd, memory, RECEIVE_BUFFER, MSG_DONTWAIT, null, null);
            int errno = length < 0 ? Native.getLastError() : 0;
            if (errno == Errno.EAGAIN) {
                return;
            }
            if (errno != 0 && errno != Errno.EINTR && errno != Errno.ENOBUFS) {
                throw failed("notifications", errno);
            }
        }
    }

    private Set<Topic> topics(long length) throws NetlinkException {
        if (length > RECEIVE_BUFFER) {
            return Topic.ALL;
        }
        Set<Topic> topics = EnumSet.noneOf(Topic.class);
        for (NetlinkMessage message : NetlinkMessage.split(ByteBuffer.wrap(memory.getByteArray(0, (int) length)))) {
            Topic.of(message.type()).ifPresent(topics::add);
        }
        return topics;
    }

    private int send(MessageWriter request, String what) throws NetlinkException {
        requireOpen(what);
        int number = ++sequence;
        ByteBuffer message = request.finish(number);
        memory.write(0, message.array(), 0, message.remaining());
        if (Libc.sendto(fd, memory, message.remaining(), 0, null, 0) < 0) {
            throw failed(what, Native.getLastError());
        }
        return number;
    }

    private void requireOpen(String what) throws NetlinkException {
        if (closed) {
            throw new NetlinkException(Errno.EBADF, what + ": the netlink socket is closed");
        }
    }

    private List<NetlinkMessage> answers(String what) throws NetlinkException {
        ByteBuffer datagram = read(what)
                .orElseThrow(() -> failed(what + ": no answer in " + ANSWER.toSeconds() + " s", Errno.EAGAIN));
        return NetlinkMessage.split(datagram);
    }

    /** One datagram in memory of its own; empty when time is up. */
    private Optional<ByteBuffer> read(String what) throws NetlinkException {
        long length;
        int errno;
        do {
            // With MSG_TRUNC the result is the datagram's true length, so that a cut-off one is noticed.
            length = Libc.recvfrom(fd, memory, RECEIVE_BUFFER, MSG_TRUNC, null, null);
            errno = length < 0 ? Native.getLastError() : 0;
        } while (errno == Errno.EINTR);
        if (errno == Errno.EAGAIN) {
            return Optional.empty();
        }
        if (length < 0) {
            throw failed(what, errno);
        }
        if (length > RECEIVE_BUFFER) {
            throw NetlinkMessage.malformed("datagram of " + length + " octets, over " + RECEIVE_BUFFER);
        }
        return Optional.of(ByteBuffer.wrap(memory.getByteArray(0, (int) length)));
    }

    private static NetlinkException failed(String what, int errno) {
        return new NetlinkException(errno, what + ": " + Errno.name(errno));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Libc.close(fd);
            memory.close();
        }
    }
}
