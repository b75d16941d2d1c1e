package io.sluice.proxycodec.vmess;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.proxycodec.HostNames;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.v2ray.EndpointCodec;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What a client asks for.
 *
 * <pre>
 *  0   1        17        33  34  35  36  37  38
 *  +---+--------+---------+---+---+---+---+---+------------------+---------+-------+
 *  | 1 | key IV | key     | V |opt|P|S| 0 |cmd| port, type, addr | P bytes | FNV1a |
 *  +---+--------+---------+---+---+---+---+---+------------------+---------+-------+
 * </pre>
 *
 * P is the high half of its octet, S the low one. With the command Mux there is no endpoint.
 *
 * @param session keys of both directions, and the octet V that the response repeats
 * @param command what kind of stream it is
 * @param security how the payload is sealed
 * @param options bits of {@link Option}
 * @param destination null for {@link Command#MUX}
 */
record RequestHeader(Session session, Command command, Security security, int options, InetSocketAddress destination) {

    /** The longest: 38 octets, an endpoint, 15 octets of padding, the sum. A server's reader takes no longer one. */
    static final int MAX_LENGTH = 38 + EndpointCodec.MAX_LENGTH + 15 + 4;

    private static final int VERSION = 1;
    private static final int FIXED = 38;
    private static final int SUM = 4;

    /** Writes it, without its seal. */
    byte[] encode(RandomGenerator random) {
        int padding = random.nextInt(16);
        int endpoint = destination == null ? 0 : EndpointCodec.length(destination);
        byte[] octets = new byte[FIXED + endpoint + padding + SUM];
        ByteBuf out = Unpooled.wrappedBuffer(octets).clear();
        out.writeByte(VERSION).writeBytes(session.requestIv()).writeBytes(session.requestKey());
        out.writeByte(session.check()).writeByte(options).writeByte(padding << 4 | security.code());
        out.writeByte(0).writeByte(command.code());
        if (destination != null) {
            EndpointCodec.write(destination, out);
        }
        byte[] filling = new byte[padding];
        random.nextBytes(filling);
        out.writeBytes(filling);
        out.writeInt(fnv1a(octets, out.writerIndex()));
        return octets;
    }

    /** Reads it, without its seal. */
    static RequestHeader decode(byte[] octets) throws MalformedMessageException {
        ByteBuf in = Unpooled.wrappedBuffer(octets);
        if (octets.length < FIXED + SUM) {
            throw new MalformedMessageException("the header is too short");
        }
        if (in.readByte() != VERSION) {
            throw new MalformedMessageException("the version is not 1");
        }
        byte[] iv = new byte[16];
        byte[] key = new byte[16];
        in.readBytes(iv).readBytes(key);
        int check = in.readUnsignedByte();
        int options = in.readUnsignedByte();
        int paddingAndSecurity = in.readUnsignedByte();
        in.skipBytes(1);
        Optional<Command> command = Command.of(in.readUnsignedByte());
        Optional<Security> security = Security.of(paddingAndSecurity & 0x0f);
        if (command.isEmpty() || security.isEmpty()) {
            throw new MalformedMessageException(
                    command.isEmpty() ? "the command is unknown" : "the payload's security is none that is spoken");
        }
        if ((options & Option.PADDING) != 0 && (options & Option.MASKING) == 0) {
            throw new MalformedMessageException("padding is asked for without masking, which it depends on");
        }
        InetSocketAddress destination = command.get() == Command.MUX ? null : endpoint(in);
        int padding = paddingAndSecurity >> 4;
        if (in.readableBytes() != padding + SUM) {
            throw new MalformedMessageException("the header is longer or shorter than it says");
        }
        in.skipBytes(padding);
        int sum = fnv1a(octets, in.readerIndex());
        if (in.readInt() != sum) {
            throw new MalformedMessageException("the header's sum is wrong");
        }
        return new RequestHeader(new Session(key, iv, check), command.get(), security.get(), options, destination);
    }

    private static InetSocketAddress endpoint(ByteBuf in) throws MalformedMessageException {
        InetSocketAddress endpoint = EndpointCodec.read(in);
        if (endpoint == null || !HostNames.isCarriable(endpoint)) {
            throw new MalformedMessageException("the destination is not whole");
        }
        return endpoint;
    }

    /** FNV-1a with 32 bits (RFC 9923 §5). */
    private static int fnv1a(byte[] octets, int length) {
        int hash = 0x811c9dc5;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ octets[i] & 0xff) * 0x01000193;
        }
        return hash;
    }

    /** Its keys are not for anybody's eyes. */
    @Override
    public String toString() {
        return command + " " + security;
    }
}
