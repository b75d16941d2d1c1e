package io.sluice.proxycodec.vmess;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** What all connections to one server share. Any thread. */
public final class VmessClient {

    private final VmessId id;
    private final Security security;
    private final boolean sealedLength;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final Drain drain;

    /**
     * @param sealedLength whether lengths are sealed (Xray's experiment AuthenticatedLength) instead of masked; the server follows
     * @param random a cryptographic one
     */
    public VmessClient(
            VmessId id, Security security, boolean sealedLength, InstantSource clock, RandomGenerator random) {
        this.id = id;
        this.security = security;
        this.sealedLength = sealedLength;
        this.clock = clock;
        this.random = random;
        this.drain = Drain.of(id);
    }

    /**
     * The handler of a new connection: a request, and the payload behind it. A datagram a chunk if the command is {@link Command#UDP}.
     *
     * @param destination one that {@link io.sluice.proxycodec.HostNames#isCarriable}; null for {@link Command#MUX}
     */
    public ChunkCodec codec(Command command, InetSocketAddress destination, ByteBufAllocator alloc) {
        Session session = Session.create(random);
        int options = Option.CHUNKS | Option.MASKING | Option.PADDING | (sealedLength ? Option.SEALED_LENGTH : 0);
        RequestHeader header = new RequestHeader(session, command, security, options, destination);
        byte[] plain = header.encode(random);
        ByteBuf head = alloc.buffer(SealedHeader.length(plain));
        SealedHeader.write(id, plain, clock.instant().getEpochSecond(), random, head);
        return new ClientChunkCodec(
                new ChunkSealer(ChunkKeys.request(header), random),
                new ChunkOpener(ChunkKeys.response(header)),
                head,
                command == Command.UDP,
                session,
                drain.amount(random));
    }

    @Override
    public String toString() {
        return "VmessClient[" + security + "]";
    }
}
