package io.sluice.proxyserver.vmess;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.vmess.ChunkCodec;
import io.sluice.proxycodec.vmess.ChunkFraming;
import io.sluice.proxycodec.vmess.VmessId;
import io.sluice.proxycodec.vmess.VmessServer;
import io.sluice.proxyserver.keyed.Greeting;
import io.sluice.proxyserver.keyed.KeyedConversation;
import io.sluice.proxyserver.keyed.KeyedDoor;
import io.sluice.proxyserver.keyed.Users;
import java.util.Arrays;
import java.util.List;

/**
 * One client's VMess connection. Its greeting is the whole header: before that is opened nothing says that there is one. The response's header goes ahead
 * of the first payload.
 */
public final class VmessConversation extends KeyedConversation {

    private final VmessServer.Reader reader;
    private final ChunkedStream stream;
    private VmessServer.Accepted accepted;

    private VmessConversation(KeyedDoor door, VmessServer server, ChunkedStream stream, Arrival arrival) {
        super(door, stream, arrival);
        this.reader = server.reader();
        this.stream = stream;
    }

    /** @param server knows the ids that {@link #users} were made of */
    public static StreamAcceptor acceptor(KeyedDoor door, VmessServer server) {
        return (stream, arrival) -> new VmessConversation(door, server, new ChunkedStream(stream), arrival).begin();
    }

    /** The users, by id. */
    public static Users users(String where, List<VmessId> ids, String[] names) {
        return new Users(where, ids.stream().map(VmessId::octets).toArray(byte[][]::new), names);
    }

    /** @throws IllegalArgumentException what is wrong, without the ids */
    public static List<VmessId> ids(String where, String[] ids) {
        try {
            return Arrays.stream(ids).map(VmessId::of).toList();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + e.getMessage(), e);
        }
    }

    @Override
    protected Greeting greet(Users users, ByteBuf in) {
        try {
            accepted = reader.read(in);
        } catch (MalformedMessageException e) {
            return Greeting.STRANGER;
        }
        return accepted == null
                ? Greeting.UNDECIDED
                : new Greeting.Known(users.find(accepted.id().octets()));
    }

    @Override
    protected boolean request(ChannelHandlerContext ctx, ByteBuf in) {
        ChunkCodec codec = accepted.body().codec(ctx.alloc());
        ctx.pipeline().addAfter(ctx.name(), null, codec);
        stream.chunked(codec);
        switch (accepted.command()) {
            case TCP -> connect(ctx, accepted.destination(), nothing());
            case UDP -> associate(ctx, new ChunkFraming(accepted.destination()), nothing());
            case MUX -> multiplex(ctx, nothing());
        }
        return true;
    }
}
