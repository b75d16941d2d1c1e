package io.sluice.testkit.layer;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.sluice.api.flow.ByteStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One end of a stream in a test's hands. */
public final class Conversation {

    private static final long LIMIT_SECONDS = 30;

    private final ByteStream stream;
    private final Channel channel;
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private volatile int octets;
    private volatile boolean ended;
    private volatile boolean inactive;
    private volatile Throwable failure;

    private Conversation(ByteStream stream) {
        this.stream = stream;
        this.channel = stream.channel();
    }

    /** Takes a stream over; reading begins. */
    public static Conversation over(ByteStream stream) {
        Conversation conversation = new Conversation(stream);
        conversation.onLoop(() -> {
            conversation.channel.pipeline().addLast(conversation.new End());
            conversation.inactive = !conversation.channel.isActive();
            conversation.channel.config().setAutoRead(true);
            return null;
        });
        return conversation;
    }

    public ByteStream stream() {
        return stream;
    }

    public void write(String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
    }

    public void write(byte[] octetsToSend) {
        onLoop(() -> channel.writeAndFlush(Unpooled.copiedBuffer(octetsToSend)));
    }

    public void shutdownOutput() {
        onLoop(stream::shutdownOutput);
    }

    public void reset() {
        onLoop(() -> {
            stream.reset();
            return null;
        });
    }

    /** Everything that came, once it is so much. */
    public byte[] await(int length) {
        await("octets " + length, () -> octets >= length);
        return received();
    }

    public String awaitText(String text) {
        await(text.getBytes(StandardCharsets.UTF_8).length);
        return new String(received(), StandardCharsets.UTF_8);
    }

    /** The far side's orderly end. */
    public void awaitEnd() {
        await("the end", () -> ended);
    }

    public void awaitClosed() {
        await("the close", () -> inactive);
    }

    public Throwable awaitFailure() {
        await("a failure", () -> failure != null);
        return failure;
    }

    public boolean hasEnded() {
        return ended;
    }

    public byte[] received() {
        synchronized (received) {
            return received.toByteArray();
        }
    }

    private void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited for " + what + "; " + octets + " octets came, ended " + ended
                        + ", closed " + inactive + ", failure " + failure + ", " + channel);
            }
            LockSupport.parkNanos(500_000);
        }
    }

    private <T> T onLoop(Callable<T> task) {
        try {
            if (channel.eventLoop().inEventLoop()) {
                return task.call();
            }
            return channel.eventLoop().submit(task).get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("the loop did not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private final class End extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf buffer = (ByteBuf) message;
            byte[] bytes = new byte[buffer.readableBytes()];
            buffer.readBytes(bytes).release();
            synchronized (received) {
                received.writeBytes(bytes);
            }
            octets += bytes.length;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent) {
                ended = true;
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            inactive = true;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            failure = cause;
        }
    }
}
