package io.sluice.netmon.linux;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A message of the D-Bus wire protocol (D-Bus Specification 0.43, "Message Protocol"): as much of it as it takes to call a method of the bus
 * itself with one string, and to read a signal with one boolean.
 *
 * <p>Header: byte order, type, flags, version, body length, serial, then an array of (field code, variant), padded to 8. Values are aligned to
 * their size, strings carry a 32-bit length and a NUL, signatures an 8-bit length and a NUL.
 *
 * @param type of the message
 * @param member name of the method or signal, "" if none
 * @param signature types of the body, "" if it is empty
 * @param body in the sender's byte order
 */
record BusMessage(int type, String member, String signature, ByteBuffer body) {

    static final int METHOD_CALL = 1;
    static final int SIGNAL = 4;

    private static final int PATH = 1;
    private static final int INTERFACE = 2;
    private static final int MEMBER = 3;
    private static final int DESTINATION = 6;
    private static final int SIGNATURE = 8;

    /** Octets before the array of fields, its length included. */
    static final int FIXED = 16;

    /** A signal that we ask for has some 200 octets; what is over this is not for us, and not waited for (the protocol allows 128 MiB). */
    static final int LONGEST = 64 << 10;

    /** A call of a method of the bus itself. */
    static ByteBuffer call(int serial, String method, String argument) {
        ByteBuffer out = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        out.put((byte) 'l').put((byte) METHOD_CALL).put((byte) 0).put((byte) 1);
        out.putInt(0).putInt(serial).putInt(0);
        field(out, PATH, 'o', "/org/freedesktop/DBus");
        field(out, INTERFACE, 's', "org.freedesktop.DBus");
        field(out, MEMBER, 's', method);
        field(out, DESTINATION, 's', "org.freedesktop.DBus");
        if (argument != null) {
            align(out, 8);
            out.put((byte) SIGNATURE).put((byte) 1).put((byte) 'g').put((byte) 0);
            out.put((byte) 1).put((byte) 's').put((byte) 0);
        }
        out.putInt(12, out.position() - FIXED);
        align(out, 8);
        int start = out.position();
        if (argument != null) {
            string(out, argument);
        }
        out.putInt(4, out.position() - start);
        return out.flip();
    }

    private static void field(ByteBuffer out, int code, char type, String value) {
        align(out, 8);
        out.put((byte) code).put((byte) 1).put((byte) type).put((byte) 0);
        string(out, value);
    }

    private static void string(ByteBuffer out, String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        align(out, 4);
        out.putInt(bytes.length).put(bytes).put((byte) 0);
    }

    private static void align(ByteBuffer buffer, int size) {
        buffer.position((buffer.position() + size - 1) & -size);
    }

    /**
     * How long the whole message is.
     *
     * @param fixed its first {@link #FIXED} octets
     */
    static int length(ByteBuffer fixed) throws IOException {
        ByteBuffer in = ordered(fixed);
        long fields = Integer.toUnsignedLong(in.getInt(12));
        long body = Integer.toUnsignedLong(in.getInt(4));
        long length = ((FIXED + fields + 7) & ~7L) + body;
        if (length > LONGEST) {
            throw new IOException("the bus sends a message of " + length + " octets, over " + LONGEST);
        }
        return (int) length;
    }

    private static ByteBuffer ordered(ByteBuffer message) throws IOException {
        return switch (message.get(0)) {
            case 'l' -> message.duplicate().order(ByteOrder.LITTLE_ENDIAN);
            case 'B' -> message.duplicate().order(ByteOrder.BIG_ENDIAN);
            default -> throw new IOException("the bus sends something that is no D-Bus message");
        };
    }

    /** Reads a whole message. */
    static BusMessage read(ByteBuffer message) throws IOException {
        ByteBuffer in = ordered(message);
        String member = "";
        String signature = "";
        try {
            int end = FIXED + in.getInt(12);
            in.position(FIXED);
            while (in.position() < end) {
                align(in, 8);
                int code = in.get();
                String type = signature(in);
                switch (type) {
                    case "s", "o" -> {
                        String value = string(in);
                        member = code == MEMBER ? value : member;
                    }
                    case "g" -> {
                        String value = signature(in);
                        signature = code == SIGNATURE ? value : signature;
                    }
                    case "u" -> {
                        align(in, 4);
                        in.getInt();
                    }
                    default -> throw new IOException("the bus sends a header field of type " + type);
                }
            }
            align(in, 8);
            return new BusMessage(in.get(1), member, signature, in.slice().order(in.order()));
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException("the bus sends a malformed message", e);
        }
    }

    private static String string(ByteBuffer in) {
        align(in, 4);
        return text(in, in.getInt());
    }

    private static String signature(ByteBuffer in) {
        return text(in, Byte.toUnsignedInt(in.get()));
    }

    private static String text(ByteBuffer in, int length) {
        if (length < 0 || length >= in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes).get();
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The body's first value, a boolean: 32 bits. */
    boolean bool() throws IOException {
        if (body.remaining() < Integer.BYTES) {
            throw new IOException("the bus sends a signal without its boolean");
        }
        return body.getInt(0) != 0;
    }
}
