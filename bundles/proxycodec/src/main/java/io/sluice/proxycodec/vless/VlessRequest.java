package io.sluice.proxycodec.vless;

import io.netty.buffer.ByteBuf;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.v2ray.EndpointCodec;
import io.sluice.proxycodec.v2ray.UserId;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Optional;

/**
 * What the client wants.
 *
 * <pre>
 * +---------+----+----------+----------+-----+---------------------+----------+
 * | VERSION | ID | LEN      | ADDONS   | CMD | PORT, TYPE, ADDRESS | payload  |
 * +---------+----+----------+----------+-----+---------------------+----------+
 * |  X'00'  | 16 |    1     | Variable |  1  | not with CMD 3      | Variable |
 * +---------+----+----------+----------+-----+---------------------+----------+
 * </pre>
 *
 * @param destination unresolved for a domain name; empty with {@link VlessCommand#MUX}
 */
public record VlessRequest(Addons addons, VlessCommand command, Optional<InetSocketAddress> destination) {

    public static final int VERSION = 0;

    /** Version and ID: as much as tells a client from a stranger. */
    public static final int GREETING_LENGTH = 1 + UserId.LENGTH;

    public VlessRequest {
        Objects.requireNonNull(addons, "addons");
        if (destination.isPresent() == (command == VlessCommand.MUX)) {
            throw new IllegalArgumentException("every command but mux has a destination");
        }
    }

    public static VlessRequest tcp(InetSocketAddress destination) {
        return new VlessRequest(Addons.NONE, VlessCommand.TCP, Optional.of(destination));
    }

    public static VlessRequest udp(InetSocketAddress destination) {
        return new VlessRequest(Addons.NONE, VlessCommand.UDP, Optional.of(destination));
    }

    public static VlessRequest mux() {
        return new VlessRequest(Addons.NONE, VlessCommand.MUX, Optional.empty());
    }

    /** Octets that {@link #write} will add. */
    public int length() {
        return GREETING_LENGTH
                + addons.length()
                + 1
                + destination.map(EndpointCodec::length).orElse(0);
    }

    /** The whole request; {@code destination} can be carried. */
    public void write(UserId user, ByteBuf out) {
        out.writeByte(VERSION);
        user.write(out);
        addons.write(out);
        out.writeByte(command.code());
        destination.ifPresent(d -> EndpointCodec.write(d, out));
    }

    /** Reads what follows the greeting, with the reader index behind that; null if it is not complete yet. */
    public static VlessRequest read(ByteBuf in) throws MalformedMessageException {
        int start = in.readerIndex();
        VlessRequest request = readWhole(in);
        if (request == null) {
            in.readerIndex(start);
        }
        return request;
    }

    private static VlessRequest readWhole(ByteBuf in) throws MalformedMessageException {
        Addons addons = Addons.read(in);
        if (addons == null || !in.isReadable()) {
            return null;
        }
        int code = in.readUnsignedByte();
        VlessCommand command = VlessCommand.of(code);
        if (command == null) {
            throw new MalformedMessageException("command " + code + " is not 1, 2 or 3");
        }
        if (command == VlessCommand.MUX) {
            return new VlessRequest(addons, command, Optional.empty());
        }
        InetSocketAddress destination = EndpointCodec.read(in);
        return destination == null ? null : new VlessRequest(addons, command, Optional.of(destination));
    }
}
