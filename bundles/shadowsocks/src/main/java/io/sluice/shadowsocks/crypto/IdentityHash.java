package io.sluice.shadowsocks.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The first 16 octets of a key's BLAKE3 hash: what an identity header says (2022 extensible identity headers). */
public record IdentityHash(long high, long low) {

    public static final int LENGTH = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** Of a key. */
    public static IdentityHash of(byte[] key) {
        return at(Blake3.hash(key), 0);
    }

    /** As it stands in an array. */
    public static IdentityHash at(byte[] array, int offset) {
        return new IdentityHash((long) LONG.get(array, offset), (long) LONG.get(array, offset + 8));
    }

    public void write(byte[] array, int offset) {
        LONG.set(array, offset, high);
        LONG.set(array, offset + 8, low);
    }

    /** With a packet's separate header, so that it differs for each packet. */
    public IdentityHash xor(IdentityHash other) {
        return new IdentityHash(high ^ other.high, low ^ other.low);
    }
}
