package io.sluice.proxyclient;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.outbound.ConnectException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirstAnswerTest {

    private static final String SENTENCE = "PROXY_FAILED server s closed it; wrong password";

    private final EmbeddedStream below = new EmbeddedStream();
    private final ByteStream stream = FirstAnswer.on(below, "server s", "closed it; wrong password");
    private final List<String> seen = new ArrayList<>();

    FirstAnswerTest() {
        below.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                seen.add(((ByteBuf) message).readableBytes() + " octets");
                ((ByteBuf) message).release();
            }

            @Override
            public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                seen.add("FIN");
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
                seen.add(
                        cause instanceof ConnectException failure
                                ? failure.reason() + " " + failure.getMessage()
                                : cause.getMessage());
            }
        });
    }

    private void fin() {
        below.channel().pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
    }

    @Test
    void finBeforeAnAnswer_isAFailureWithASentence() {
        fin();

        assertThat(seen).containsExactly(SENTENCE);
    }

    @Test
    void resetBeforeAnAnswer_isAFailureWithASentence() {
        below.channel().pipeline().fireExceptionCaught(new IOException("Connection reset"));

        assertThat(seen).containsExactly(SENTENCE);
    }

    @Test
    void closeBeforeAnAnswer_isAFailureWithASentence() {
        below.channel().close();

        assertThat(seen).containsExactly(SENTENCE);
    }

    @Test
    void afterAnAnswer_nothingIsWatched() {
        below.channel().pipeline().fireChannelRead(Unpooled.wrappedBuffer(new byte[3]));
        fin();
        below.channel().pipeline().fireExceptionCaught(new IOException("Connection reset"));

        assertThat(seen).containsExactly("3 octets", "FIN", "Connection reset");
        assertThat(below.channel().pipeline().get(FirstAnswer.class)).isNull();
    }

    @Test
    void behindOurOwnFin_aFinIsAFin() {
        stream.shutdownOutput();
        fin();

        assertThat(seen).containsExactly("FIN");
    }
}
