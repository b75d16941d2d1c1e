package io.sluice.transport.grpc;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/**
 * Takes the payload out of gRPC messages (length-prefixed, PROTOCOL-HTTP2 of gRPC) whose content is protobuf with payload in field 1: Xray's {@code Hunk} has it once,
 * {@code MultiHunk} as often as it likes. Payload is passed on as it comes: nothing is gathered, whatever lengths are announced.
 */
final class MessageReader {

    /** Compressed flag and length. */
    private static final int PREFIX = 5;

    /** Field 1, wire type 2. */
    private static final int PAYLOAD_TAG = 0x0a;

    /** Octets of a varint of 32 bits. */
    private static final int VARINT = 5;

    /** A message is malformed. */
    static final class Malformed extends Exception {

        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    private enum State {
        PREFIX,
        TAG,
        LENGTH,
        PAYLOAD
    }

    private State state = State.PREFIX;
    private int count;
    private long number;
    private long message;
    private long piece;

    /** Reads everything that is there; what is passed on is owned by the taker. */
    void read(ByteBuf in, Consumer<ByteBuf> taker) throws Malformed {
        while (in.isReadable()) {
            switch (state) {
                case PREFIX -> prefix(in.readUnsignedByte());
                case TAG -> {
                    int tag = in.readUnsignedByte();
                    message--;
                    if (tag != PAYLOAD_TAG) {
                        throw new Malformed("a message has a field that is no payload");
                    }
                    enter(State.LENGTH);
                }
                case LENGTH -> length(in.readUnsignedByte());
                case PAYLOAD -> {
                    int some = (int) Math.min(piece, in.readableBytes());
                    piece -= some;
                    message -= some;
                    taker.accept(in.readRetainedSlice(some));
                    if (piece == 0) {
                        enter(message == 0 ? State.PREFIX : State.TAG);
                    }
                }
            }
        }
    }

    private void prefix(int octet) throws Malformed {
        if (count == 0 && octet != 0) {
            throw new Malformed("a message is compressed");
        }
        number = number << 8 | octet;
        if (++count == PREFIX) {
            message = number;
            enter(message == 0 ? State.PREFIX : State.TAG);
        }
    }

    private void length(int octet) throws Malformed {
        message--;
        number |= (long) (octet & 0x7f) << 7 * count;
        if (++count == VARINT && octet >= 0x80) {
            throw new Malformed("a length is too long");
        }
        if (octet < 0x80) {
            piece = number;
            if (piece > message) {
                throw new Malformed("a payload is longer than its message");
            }
            enter(piece > 0 ? State.PAYLOAD : message == 0 ? State.PREFIX : State.TAG);
        } else if (message == 0) {
            throw new Malformed("a message ends within a length");
        }
    }

    private void enter(State next) {
        state = next;
        count = 0;
        number = 0;
    }

    /** Whether a message is whole at this point. */
    boolean isBetweenMessages() {
        return state == State.PREFIX && count == 0;
    }
}
