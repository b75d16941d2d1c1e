package io.sluice.outbound.dns.engine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.sluice.wire.Verdict;
import io.sluice.wire.dns.DnsMessage;
import io.sluice.wire.dns.DnsQuestion;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;

/**
 * A message from a client.
 *
 * @param message as it was read
 * @param type of the first question; 0 if it is no standard query or asks nothing
 * @param name of the first question, in lower case, without a root dot
 */
record Query(DnsMessage message, int type, String name) {

    /** RFC 1035 §4.1.1. */
    private static final int STANDARD_QUERY = 0;

    /** @return null if this is no DNS query */
    static Query read(ByteBuf octets) {
        ByteBuffer view = octets.nioBuffer();
        int at = view.position();
        if (DnsMessage.check(view, at, view.remaining()) != Verdict.OK) {
            return null;
        }
        DnsMessage message = DnsMessage.parse(view, at);
        if (message.isResponse()) {
            return null;
        }
        if (message.opcode() != STANDARD_QUERY || message.questions().isEmpty()) {
            return new Query(message, 0, "");
        }
        DnsQuestion question = message.questions().getFirst();
        String name = question.name().toString().toLowerCase(Locale.ROOT);
        return new Query(message, question.type(), name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
    }

    /** An answer without records. */
    ByteBuf answer(ByteBufAllocator allocator, int rcode) {
        return write(message.response(rcode, List.of()), allocator, DnsMessage.MAX_LENGTH);
    }

    /**
     * Cuts an answer that is too large for the client's datagrams: RFC 2181 §9.
     *
     * @param answer ownership passes
     * @return null if it is no DNS message
     */
    static ByteBuf cut(ByteBuf answer, ByteBufAllocator allocator, int limit) {
        if (answer.readableBytes() <= limit) {
            return answer;
        }
        try {
            ByteBuffer view = answer.nioBuffer();
            return DnsMessage.check(view, view.position(), view.remaining()) == Verdict.OK
                    ? write(DnsMessage.parse(view, view.position()), allocator, limit)
                    : null;
        } finally {
            answer.release();
        }
    }

    private static ByteBuf write(DnsMessage message, ByteBufAllocator allocator, int limit) {
        ByteBuffer written = ByteBuffer.allocate(limit);
        int length = message.emit(written, 0, limit);
        return allocator.buffer(length).writeBytes(written.array(), 0, length);
    }
}
