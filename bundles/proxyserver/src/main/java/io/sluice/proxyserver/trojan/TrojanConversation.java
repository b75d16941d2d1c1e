package io.sluice.proxyserver.trojan;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.transport.Arrival;
import io.sluice.api.transport.StreamAcceptor;
import io.sluice.proxycodec.MalformedMessageException;
import io.sluice.proxycodec.trojan.TrojanDatagrams;
import io.sluice.proxycodec.trojan.TrojanKey;
import io.sluice.proxycodec.trojan.TrojanRequest;
import io.sluice.proxyserver.keyed.Greeting;
import io.sluice.proxyserver.keyed.KeyedConversation;
import io.sluice.proxyserver.keyed.KeyedDoor;
import io.sluice.proxyserver.keyed.Users;
import java.util.Arrays;

/** One client's Trojan connection. There is no response: what goes back is payload from its first octet on. */
public final class TrojanConversation extends KeyedConversation {

    private TrojanConversation(KeyedDoor door, ByteStream stream, Arrival arrival) {
        super(door, stream, arrival);
    }

    public static StreamAcceptor acceptor(KeyedDoor door) {
        return (stream, arrival) -> new TrojanConversation(door, stream, arrival).begin();
    }

    /** The users, by password. */
    public static Users users(String where, String[] passwords, String[] names) {
        byte[][] keys = Arrays.stream(passwords)
                .map(password -> TrojanKey.of(password).octets())
                .toArray(byte[][]::new);
        return new Users(where, keys, names);
    }

    @Override
    protected Greeting greet(Users users, ByteBuf in) {
        int start = in.readerIndex();
        int digits = Math.min(in.readableBytes(), TrojanKey.LENGTH);
        for (int i = start; i < start + digits; i++) {
            if (!TrojanKey.isDigit(in.getUnsignedByte(i))) {
                return Greeting.STRANGER;
            }
        }
        if (digits < TrojanKey.LENGTH) {
            return Greeting.UNDECIDED;
        }
        Users.User user = users.find(ByteBufUtil.getBytes(in, start, TrojanKey.LENGTH));
        if (user == null) {
            return Greeting.STRANGER;
        }
        if (in.readableBytes() < TrojanRequest.GREETING_LENGTH) {
            return Greeting.UNDECIDED;
        }
        if (in.getUnsignedShort(start + TrojanKey.LENGTH) != TrojanRequest.CRLF) {
            return Greeting.STRANGER;
        }
        in.skipBytes(TrojanRequest.GREETING_LENGTH);
        return new Greeting.Known(user);
    }

    @Override
    protected boolean request(ChannelHandlerContext ctx, ByteBuf in) throws MalformedMessageException {
        TrojanRequest request = TrojanRequest.read(in);
        if (request == null) {
            return false;
        }
        if (request.datagrams()) {
            associate(ctx, new TrojanDatagrams(), nothing());
        } else {
            connect(ctx, request.destination(), nothing());
        }
        return true;
    }
}
