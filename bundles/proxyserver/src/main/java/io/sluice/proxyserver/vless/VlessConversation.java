package io.sluice.proxyserver.vless;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.v2ray.UserId;
import io.sluice.proxycodec.vless.LengthFraming;
import io.sluice.proxycodec.vless.VlessRequest;
import io.sluice.proxycodec.vless.VlessResponse;
import io.sluice.proxyserver.keyed.Greeting;
import io.sluice.proxyserver.keyed.KeyedConversation;
import io.sluice.proxyserver.keyed.KeyedDoor;
import io.sluice.proxyserver.keyed.Users;
import java.net.InetSocketAddress;
import java.util.Arrays;

/** One client's VLESS connection. The response goes ahead of the first payload. */
public final class VlessConversation extends KeyedConversation {

    /** Xray: a client may put a number for routing there, so these octets tell no user from another. */
    private static final int ROUTE_OCTET = 6;

    private VlessConversation(KeyedDoor door, ByteStream stream, Arrival arrival) {
        super(door, stream, arrival);
    }

    public static StreamAcceptor acceptor(KeyedDoor door) {
        return (stream, arrival) -> new VlessConversation(door, stream, arrival).begin();
    }

    /** The users, by id. */
    public static Users users(String where, String[] ids, String[] names) {
        byte[][] keys =
                Arrays.stream(ids).map(id -> unrouted(UserId.of(id).octets())).toArray(byte[][]::new);
        return new Users(where, keys, names);
    }

    private static byte[] unrouted(byte[] id) {
        id[ROUTE_OCTET] = 0;
        id[ROUTE_OCTET + 1] = 0;
        return id;
    }

    @Override
    protected Greeting greet(Users users, ByteBuf in) {
        int start = in.readerIndex();
        if (in.isReadable() && in.getByte(start) != VlessRequest.VERSION) {
            return Greeting.STRANGER;
        }
        if (in.readableBytes() < VlessRequest.GREETING_LENGTH) {
            return Greeting.UNDECIDED;
        }
        Users.User user = users.find(unrouted(ByteBufUtil.getBytes(in, start + 1, UserId.LENGTH)));
        if (user == null) {
            return Greeting.STRANGER;
        }
        in.skipBytes(VlessRequest.GREETING_LENGTH);
        return new Greeting.Known(user);
    }

    @Override
    protected boolean request(ChannelHandlerContext ctx, ByteBuf in) throws MalformedMessageException {
        VlessRequest request = VlessRequest.read(in);
        if (request == null) {
            return false;
        }
        if (!request.addons().flow().isEmpty()) {
            throw new MalformedMessageException("a flow that this inbound does not have");
        }
        ByteBuf response = ctx.alloc().buffer(VlessResponse.LENGTH);
        VlessResponse.write(response);
        switch (request.command()) {
            case TCP -> connect(ctx, request.destination().orElseThrow(), response);
            case UDP -> {
                InetSocketAddress peer = request.destination().orElseThrow();
                associate(ctx, new LengthFraming(peer), response);
            }
            case MUX -> multiplex(ctx, response);
        }
        return true;
    }
}
