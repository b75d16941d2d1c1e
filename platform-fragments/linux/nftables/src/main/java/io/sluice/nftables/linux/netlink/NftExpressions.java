package io.sluice.nftables.linux.netlink;

import static io.sluice.nftables.linux.netlink.NftConstants.*;

import io.sluice.netlink.linux.MessageWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The expressions of one rule, in order (net/netfilter/nft_*.c). Each test loads something into register 1 and compares it; the first that fails ends the
 * rule. Values of a packet are in network byte order, marks and states in the host's.
 */
public final class NftExpressions {

    private static final int REGISTER = 1;
    private static final int VERDICT_REGISTER = 0;
    private static final int EQUAL = 0;
    private static final int NOT_EQUAL = 1;
    private static final int NAME_LENGTH = 16;

    /** NFTA_DATA_VALUE, NFTA_DATA_VERDICT, NFTA_VERDICT_CODE, NFTA_VERDICT_CHAIN. */
    private static final int DATA_VALUE = 1;

    private static final int DATA_VERDICT = 2;
    private static final int VERDICT_CODE = 1;
    private static final int VERDICT_CHAIN = 2;

    private final List<Consumer<MessageWriter>> expressions = new ArrayList<>();

    /** Attributes of the expressions by their place in linux/netfilter/nf_tables.h: the first, second, … of each. */
    private NftExpressions add(String name, Consumer<MessageWriter> attributes) {
        expressions.add(out -> {
            int element = out.begin(NftMessages.nested(NFTA_LIST_ELEM));
            out.attribute(NFTA_EXPR_NAME, name);
            int data = out.begin(NftMessages.nested(NFTA_EXPR_DATA));
            attributes.accept(out);
            out.end(data);
            out.end(element);
        });
        return this;
    }

    private static void value(MessageWriter out, int attribute, int kind, byte[] octets) {
        int data = out.begin(NftMessages.nested(attribute));
        out.attribute(kind, octets);
        out.end(data);
    }

    public NftExpressions meta(int key) {
        return add("meta", out -> out.attributeBe32(1, REGISTER).attributeBe32(2, key));
    }

    public NftExpressions ct(int key) {
        return add("ct", out -> out.attributeBe32(1, REGISTER).attributeBe32(2, key));
    }

    /** The mark of the socket that the packet is for; a packet for none ends the rule. */
    public NftExpressions socketMark() {
        return add("socket", out -> out.attributeBe32(1, 1).attributeBe32(2, REGISTER));
    }

    public NftExpressions payload(int base, int offset, int length) {
        return add(
                "payload",
                out -> out.attributeBe32(1, REGISTER)
                        .attributeBe32(2, base)
                        .attributeBe32(3, offset)
                        .attributeBe32(4, length));
    }

    public NftExpressions equal(byte[] octets) {
        return compare(EQUAL, octets);
    }

    public NftExpressions notEqual(byte[] octets) {
        return compare(NOT_EQUAL, octets);
    }

    private NftExpressions compare(int operation, byte[] octets) {
        return add("cmp", out -> {
            out.attributeBe32(1, REGISTER).attributeBe32(2, operation);
            value(out, 3, DATA_VALUE, octets);
        });
    }

    /** Register := (register AND mask) XOR toggle. */
    public NftExpressions bitwise(byte[] mask, byte[] toggle) {
        return add("bitwise", out -> {
            out.attributeBe32(1, REGISTER).attributeBe32(2, REGISTER).attributeBe32(3, mask.length);
            value(out, 4, DATA_VALUE, mask);
            value(out, 5, DATA_VALUE, toggle);
        });
    }

    /** Register := octets. */
    public NftExpressions load(byte[] octets) {
        return add("immediate", out -> {
            out.attributeBe32(1, REGISTER);
            value(out, 2, DATA_VALUE, octets);
        });
    }

    /** The packet's mark := register. */
    public NftExpressions setMark() {
        return add("meta", out -> out.attributeBe32(2, NFT_META_MARK).attributeBe32(3, REGISTER));
    }

    public NftExpressions counter() {
        return add("counter", out -> {});
    }

    public NftExpressions reject(int type, int code) {
        return add("reject", out -> out.attributeBe32(1, type).attributeU8(2, code));
    }

    public NftExpressions accept() {
        return verdict(out -> out.attributeBe32(VERDICT_CODE, NF_ACCEPT));
    }

    public NftExpressions drop() {
        return verdict(out -> out.attributeBe32(VERDICT_CODE, NF_DROP));
    }

    public NftExpressions jump(String chain) {
        return verdict(out -> out.attributeBe32(VERDICT_CODE, NFT_JUMP).attribute(VERDICT_CHAIN, chain));
    }

    private NftExpressions verdict(Consumer<MessageWriter> code) {
        return add("immediate", out -> {
            out.attributeBe32(1, VERDICT_REGISTER);
            int data = out.begin(NftMessages.nested(2));
            int verdict = out.begin(NftMessages.nested(DATA_VERDICT));
            code.accept(out);
            out.end(verdict);
            out.end(data);
        });
    }

    void write(MessageWriter out) {
        expressions.forEach(expression -> expression.accept(out));
    }

    /** A number as the kernel holds marks, states and the like. */
    public static byte[] hostOrder(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }

    /** A port or an Ethernet type. */
    public static byte[] networkOrder16(int value) {
        return new byte[] {(byte) (value >> 8), (byte) value};
    }

    /** An interface's name, filled up with zeros. */
    public static byte[] device(String name) {
        return Arrays.copyOf(name.getBytes(java.nio.charset.StandardCharsets.UTF_8), NAME_LENGTH);
    }
}
