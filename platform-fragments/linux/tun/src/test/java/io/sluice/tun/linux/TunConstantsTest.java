package io.sluice.tun.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.sluice.api.tun.PacketOffload;
import io.sluice.api.tun.Segmentation;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Against the recorded headers. */
class TunConstantsTest {

    /** Newer than the recorded headers (Linux 6.2), or not in them. */
    private static final Set<String> UNRECORDED = Set.of(
            "TUN_F_USO4",
            "TUN_F_USO6",
            "VIRTIO_NET_HDR_GSO_UDP_L4",
            "F_DUPFD_CLOEXEC",
            "SO_MARK",
            "SOL_PACKET",
            "PACKET_VNET_HDR",
            "PACKET_IGNORE_OUTGOING",
            "ETH_P_ALL",
            "ETH_P_IP",
            "ETH_P_IPV6");

    private static JsonNode root() throws IOException {
        try (InputStream in = TunConstantsTest.class.getResourceAsStream("/abi/linux.json")) {
            return new ObjectMapper().readTree(in);
        }
    }

    @Test
    void constants_all_areTheHeaders() throws Exception {
        Map<String, Long> recorded = new TreeMap<>();
        for (JsonNode group : root().get("constants")) {
            group.get("values")
                    .properties()
                    .forEach(e -> recorded.put(e.getKey(), e.getValue().asLong()));
        }
        Set<String> unrecorded = new TreeSet<>();
        for (Field field : TunConstants.class.getDeclaredFields()) {
            field.setAccessible(true);
            if (recorded.containsKey(field.getName())) {
                assertThat(((Number) field.get(null)).longValue())
                        .as(field.getName())
                        .isEqualTo(recorded.get(field.getName()));
            } else {
                unrecorded.add(field.getName());
            }
        }
        assertThat(unrecorded).isEqualTo(new TreeSet<>(UNRECORDED));
    }

    @Test
    void pollfd_isTheStructure() throws IOException {
        JsonNode struct = root().get("structs").get("pollfd");
        assertThat(struct.get("size").asInt()).isEqualTo(KernelWire.POLLFD);
        assertThat(struct.get("fields").get(0).get("name").asText()).isEqualTo("fd");
        assertThat(struct.get("fields").get(0).get("offset").asInt()).isZero();
        assertThat(struct.get("fields").get(1).get("name").asText()).isEqualTo("events");
        assertThat(struct.get("fields").get(1).get("offset").asInt()).isEqualTo(KernelWire.POLLFD_EVENTS);
    }

    @Test
    void vnetHeader_written_standsAtTheStructuresOffsets() throws IOException {
        ByteBuf headers = Unpooled.buffer();
        headers.writeZero(64).setByte(0, 0x45).setByte(9, 6).setByte(20 + 12, 0xb0);
        ByteBuf header = Unpooled.buffer(VnetHeader.SIZE).writerIndex(VnetHeader.SIZE);
        assertThat(VnetHeader.write(header, headers, new PacketOffload().set(Segmentation.TCP, 1448, true, 20)))
                .isTrue();
        JsonNode struct = root().get("structs").get("virtio_net_hdr");
        assertThat(struct.get("size").asInt()).isEqualTo(VnetHeader.SIZE);
        Map<String, Integer> values = new TreeMap<>();
        for (JsonNode field : struct.get("fields")) {
            int offset = field.get("offset").asInt();
            values.put(
                    field.get("name").asText(),
                    field.get("size").asInt() == 1
                            ? header.getUnsignedByte(offset)
                            : header.getUnsignedShortLE(offset));
        }
        assertThat(values)
                .isEqualTo(Map.of(
                        "flags",
                        1,
                        "gso_type",
                        1,
                        "hdr_len",
                        64,
                        "gso_size",
                        1448,
                        "csum_start",
                        20,
                        "csum_offset",
                        16));
    }
}
