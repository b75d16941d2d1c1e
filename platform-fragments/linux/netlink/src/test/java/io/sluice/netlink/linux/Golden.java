package io.sluice.netlink.linux;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The recorded facts of the kernel's interface in {@code abi/linux.json}. */
final class Golden {

    static final JsonNode ROOT = read();

    private Golden() {}

    private static JsonNode read() {
        try (InputStream in = Golden.class.getResourceAsStream("/abi/linux.json")) {
            return new ObjectMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<JsonNode> messages() {
        return StreamSupport.stream(ROOT.get("messages").spliterator(), false);
    }

    /** By name without its {@code linux_}. */
    static JsonNode message(String name) {
        return messages()
                .filter(message -> message.get("name").asText().equals("linux_" + name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no recorded message " + name));
    }

    static byte[] bytes(JsonNode message) {
        return HexFormat.of().parseHex(message.get("hex").asText());
    }

    static ByteBuffer buffer(JsonNode message) {
        return ByteBuffer.wrap(bytes(message));
    }

    /** Header and fixed part in hex without sequence and port, then the attributes, sorted: their order is the sender's choice. */
    static String shape(byte[] message, int fixed) {
        byte[] head = Arrays.copyOf(message, NetlinkMessage.HEADER + fixed);
        Arrays.fill(head, 8, NetlinkMessage.HEADER, (byte) 0);
        TreeSet<String> attributes = new TreeSet<>();
        ByteBuffer rest =
                ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).position(head.length);
        while (rest.hasRemaining()) {
            int start = rest.position();
            int length = Short.toUnsignedInt(rest.getShort(start));
            attributes.add(HexFormat.of().formatHex(message, start + 2, start + length));
            rest.position(Math.min(rest.limit(), start + ((length + 3) & ~3)));
        }
        return HexFormat.of().formatHex(head) + " " + attributes;
    }
}
