package io.sluice.transport.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The standard's own examples (RFC 6455 §5.7), cut at every octet, and what is no frame. */
class FrameReaderTest {

    /** Writes down what it is given. */
    private static final class Script implements FrameReader.Sink {

        private final StringBuilder data = new StringBuilder();
        private final StringBuilder others = new StringBuilder();

        @Override
        public void data(ByteBuf octets) {
            data.append(octets.toString(StandardCharsets.ISO_8859_1));
            octets.release();
        }

        @Override
        public void ping(ByteBuf payload) {
            others.append("ping ").append(payload.toString(StandardCharsets.ISO_8859_1));
            payload.release();
        }

        @Override
        public void end() {
            others.append("end");
        }
    }

    private static Script read(boolean masked, String hex, int cut) throws IOException {
        byte[] octets = HexFormat.of().parseHex(hex.replace(" ", ""));
        FrameReader reader = new FrameReader(masked);
        Script script = new Script();
        ByteBuf first = Unpooled.copiedBuffer(octets, 0, cut);
        ByteBuf rest = Unpooled.copiedBuffer(octets, cut, octets.length - cut);
        try {
            reader.read(first, script);
            reader.read(rest, script);
        } finally {
            assertThat(first.refCnt() + rest.refCnt()).isEqualTo(2);
            first.release();
            rest.release();
        }
        return script;
    }

    @ParameterizedTest
    @CsvSource({
        "false, 81 05 48 65 6c 6c 6f, Hello, ''",
        "true, 81 85 37 fa 21 3d 7f 9f 4d 51 58, Hello, ''",
        "false, 01 03 48 65 6c 80 02 6c 6f, Hello, ''",
        "false, 01 03 48 65 6c 89 02 61 62 80 02 6c 6f, Hello, ping ab",
        "false, 89 05 48 65 6c 6c 6f, '', ping Hello",
        "true, 89 85 37 fa 21 3d 7f 9f 4d 51 58, '', ping Hello",
        "true, 8a 85 37 fa 21 3d 7f 9f 4d 51 58, '', ''",
        "false, 82 00 82 01 21, '!', ''",
        "false, 82 01 21 88 02 03 e8, '!', end",
        "false, 88 00 f0 f0 f0, '', end",
    })
    void examples_areRead_whereverTheyAreCut(boolean masked, String hex, String data, String others)
            throws IOException {
        for (int cut = 0; cut <= hex.replace(" ", "").length() / 2; cut++) {
            Script script = read(masked, hex, cut);
            assertThat(script.data).as("cut at %d", cut).hasToString(data);
            assertThat(script.others).as("cut at %d", cut).hasToString(others);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "false, c1 00, reserved bits",
        "false, 83 00, unknown opcode 3",
        "false, 8b 00, unknown opcode 11",
        "false, 81 80 00 00 00 00, a server's frame is masked",
        "true, 81 00, a client's frame is not masked",
        "false, 09 00, a control frame is fragmented",
        "false, 89 7e 00 7e, longer than 125 octets",
        "false, 80 00, a continuation of nothing",
        "false, 01 00 81 00, a message begins within another",
        "false, 82 7e 00 7d, not in its shortest form",
        "false, 82 7f 00 00 00 00 00 00 ff ff, not in its shortest form",
        "false, 82 7f 80 00 00 00 00 00 00 00, not in its shortest form",
        "false, 88 01 03, half a status",
    })
    void whatIsNoFrame_isRefused_whereverItIsCut(boolean masked, String hex, String reason) {
        for (int cut = 0; cut <= hex.replace(" ", "").length() / 2; cut++) {
            int at = cut;
            assertThatThrownBy(() -> read(masked, hex, at))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("a frame of WebSocket is malformed: ")
                    .hasMessageContaining(reason);
        }
    }

    /** Else who announces much would be believed. */
    @Test
    void longFrame_isHandedOnAsItComes() throws IOException {
        FrameReader reader = new FrameReader(false);
        Script script = new Script();
        reader.read(Unpooled.wrappedBuffer(HexFormat.of().parseHex("827f7fffffffffffffff6162")), script);
        assertThat(script.data).hasToString("ab");
        reader.read(Unpooled.wrappedBuffer(new byte[] {'c'}), script);
        assertThat(script.data).hasToString("abc");
    }
}
