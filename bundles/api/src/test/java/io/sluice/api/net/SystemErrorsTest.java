package io.sluice.api.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SystemErrorsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "finishConnect(..) failed with error(-111): Connection refused: /192.0.2.1:9 | the connection was"
                        + " refused",
                "recvAddress(..) failed with error(-104): Connection reset by peer | the connection was reset",
                "Connection reset | the connection was reset",
                "connect(..) failed with error(-113): No route to host: /2001:db8::1:9 | there is no route to the host",
                "splice(..) failed with error(-5): Input/output error | Input/output error",
                "writev(..) failed with error(-22): Strange thing | Strange thing",
                "anything else | anything else"
            })
    void errorOfASocket_isASentence(String message, String sentence) {
        assertThat(SystemErrors.sentence(new IOException(message))).isEqualTo(sentence);
    }

    @Test
    void withinASentence_onlyTheCallIsReplaced() {
        assertThat(SystemErrors.clean(
                        "TLS with a:1 failed: recvAddress(..) failed with error(-104): Connection reset by"
                                + " peer; so there"))
                .isEqualTo("TLS with a:1 failed: the connection was reset; so there");
        assertThat(SystemErrors.clean(null)).isNull();
    }

    @Test
    void withoutAMessage_thereIsStillASentence() {
        assertThat(SystemErrors.sentence(new ClosedChannelException())).isEqualTo("the connection was closed");
        assertThat(SystemErrors.sentence(new NotYetConnectedException())).isEqualTo("the connection was reset");
        assertThat(SystemErrors.sentence(new IllegalStateException("no: Permission denied")))
                .isEqualTo("no: Permission denied");
    }
}
