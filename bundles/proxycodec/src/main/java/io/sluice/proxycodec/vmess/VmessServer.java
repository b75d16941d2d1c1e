package io.sluice.proxycodec.vmess;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.proxycodec.MalformedMessageException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;

/** What all connections of one inbound share: the users, and what they must not send again. Any thread. */
public final class VmessServer {

    /** {@code proxy/vmess/aead/authid.go}: how far the clocks of both ends may be apart. */
    static final long CLOCK_SKEW_SECONDS = 120;

    /** From the first second an auth id is good in to the last. (Xray remembers for 120 s, so that one made with a fast clock can come again.) */
    private static final Duration AUTH_ID_LIFE = Duration.ofSeconds(2 * CLOCK_SKEW_SECONDS + 1);

    /** {@code SessionHistory} of {@code proxy/vmess/encoding/server.go}. */
    private static final Duration SESSION_LIFE = Duration.ofMinutes(3);

    private final VmessUsers users;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final ReplayMemory authIds;
    private final ReplayMemory sessions;

    /** @param random a cryptographic one */
    public VmessServer(List<VmessId> ids, InstantSource clock, RandomGenerator random) {
        this.users = new VmessUsers(ids);
        this.clock = clock;
        this.random = random;
        this.authIds = new ReplayMemory(AUTH_ID_LIFE, random);
        this.sessions = new ReplayMemory(SESSION_LIFE, random);
    }

    /**
     * A request that was read and believed.
     *
     * @param id whose it is
     * @param destination null if the command is {@link Command#MUX}
     */
    public record Accepted(VmessId id, Command command, InetSocketAddress destination, Body body) {}

    /** The payload's side of a request, for {@link ChunkCodec}. Shows nothing of itself. */
    public final class Body {

        private final RequestHeader header;

        private Body(RequestHeader header) {
            this.header = header;
        }

        /** The handler of the payload; a datagram a chunk if the command is {@link Command#UDP}. */
        public ChunkCodec codec(ByteBufAllocator alloc) {
            ByteBuf head = alloc.buffer(ResponseHeader.LENGTH);
            ResponseHeader.write(header.session(), head);
            return new ChunkCodec(
                    new ChunkSealer(ChunkKeys.response(header), random),
                    new ChunkOpener(ChunkKeys.request(header)),
                    head,
                    header.command() == Command.UDP,
                    true);
        }
    }

    /** Reads one request as it comes. One connection, its loop only. */
    public final class Reader {

        private VmessUsers.Match match;
        private int length = -1;

        private Reader() {}

        /**
         * Takes the header off the front, if it is whole.
         *
         * @return null if it is not whole
         * @throws MalformedMessageException if there is nothing to wait for: a stranger, or a user whose clock is wrong, or an echo of one. From
         *     now on everything is to be thrown away
         */
        public Accepted read(ByteBuf in) throws MalformedMessageException {
            if (match == null) {
                if (in.readableBytes() < AuthId.LENGTH) {
                    return null;
                }
                match = match(SealedHeader.octets(in, 0, AuthId.LENGTH));
            }
            if (length < 0) {
                if (in.readableBytes() < SealedHeader.PREFIX) {
                    return null;
                }
                length = SealedHeader.readLength(match.id(), in);
                if (length < 0 || length > RequestHeader.MAX_LENGTH) {
                    throw new MalformedMessageException("the header's length is forged, or too large");
                }
            }
            int whole = SealedHeader.PREFIX + length + Aead.TAG;
            if (in.readableBytes() < whole) {
                return null;
            }
            byte[] plain = SealedHeader.readHeader(match.id(), in, length);
            if (plain == null) {
                throw new MalformedMessageException("the header is forged");
            }
            RequestHeader header = RequestHeader.decode(plain);
            remember(header.session());
            in.skipBytes(whole);
            return new Accepted(match.id(), header.command(), header.destination(), new Body(header));
        }

        private VmessUsers.Match match(byte[] authId) throws MalformedMessageException {
            VmessUsers.Match found = users.match(authId);
            if (found == null) {
                throw new MalformedMessageException("it is no user's");
            }
            long now = now();
            if (Math.abs(found.seconds() - now) > CLOCK_SKEW_SECONDS) {
                throw new MalformedMessageException("the client's clock is " + (found.seconds() - now)
                        + " s ahead of ours, and " + CLOCK_SKEW_SECONDS + " are allowed");
            }
            ByteBuffer halves = ByteBuffer.wrap(authId);
            if (!authIds.isNew(halves.getLong(0), halves.getLong(8), now)) {
                throw new MalformedMessageException("it was sent before");
            }
            return found;
        }

        private void remember(Session session) throws MalformedMessageException {
            ByteBuffer digest = ByteBuffer.wrap(
                    VmessId.digest("SHA-256", match.id().octets(), session.requestKey(), session.requestIv()));
            if (!sessions.isNew(digest.getLong(0), digest.getLong(8), now())) {
                throw new MalformedMessageException("its keys were used before");
            }
        }
    }

    public Reader reader() {
        return new Reader();
    }

    private long now() {
        return clock.instant().getEpochSecond();
    }
}
