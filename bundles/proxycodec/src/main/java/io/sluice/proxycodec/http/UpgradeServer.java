package io.sluice.proxycodec.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The server's side of an upgrade: waits for the request, answers 101, and leaves {@code EarlyBytes} in its place with what came behind. A request for anything else is
 * answered as a web server does that has no such page, and the connection closed.
 */
public final class UpgradeServer extends HeadHandshake {

    /** Ours, as slow clients of a web server get (reliability rule for first messages); Xray gives a whole handshake 4 s. */
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final UpgradePath path;
    private final Optional<String> host;
    private final Protocol protocol;
    private ScheduledFuture<?> deadline;
    private boolean told;

    /** What is upgraded to. */
    public interface Protocol {

        /**
         * A request for the right path, with the right Upgrade.
         *
         * @return further lines of the answer, or empty if something is missing in the request (then it is 400)
         */
        Optional<List<String>> answer(HttpHead request);

        /** The connection is the other protocol's; on its loop, the answer is written. */
        void upgraded(HttpHead request);

        /** It is not, and will be closed. */
        void gaveUp(String why);
    }

    /** @param host what Host must say, if it must say something */
    public UpgradeServer(UpgradePath path, Optional<String> host, Protocol protocol) {
        this.path = path;
        this.host = host;
        this.protocol = protocol;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = ctx.executor()
                .schedule(
                        () -> {
                            giveUp("sent no request in time");
                            ctx.close();
                        },
                        DEADLINE.toMillis(),
                        TimeUnit.MILLISECONDS);
        ctx.read();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) throws Exception {
        deadline.cancel(false);
        super.handlerRemoved(ctx);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!isOver()) {
            ctx.read();
        }
    }

    @Override
    protected void head(ChannelHandlerContext ctx, HttpHead request) {
        List<String> line = request.request();
        if (line.isEmpty()) {
            refuse(ctx, "400 Bad Request", "sent no request of HTTP/1.1");
        } else if (!path.matches(line.get(1)) || !isForUs(request)) {
            refuse(ctx, "404 Not Found", "asked for another path or host");
        } else if (!line.get(0).equals("GET")
                || !request.has("Upgrade", "websocket")
                || !request.has("Connection", "upgrade")) {
            refuse(ctx, "400 Bad Request", "asked for no upgrade");
        } else {
            Optional<List<String>> lines = protocol.answer(request);
            if (lines.isEmpty()) {
                refuse(ctx, "400 Bad Request", "asked for an upgrade that lacks something");
                return;
            }
            StringBuilder head = new StringBuilder(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
            lines.get().forEach(l -> head.append(l).append("\r\n"));
            ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), head.append("\r\n")), ctx.voidPromise());
            handOver(ctx);
            told = true;
            protocol.upgraded(request);
        }
    }

    /** RFC 9110 §7.2; the port does not matter. */
    private boolean isForUs(HttpHead request) {
        if (host.isEmpty()) {
            return true;
        }
        String asked = request.value("Host").orElse("");
        return asked.equalsIgnoreCase(host.get())
                || asked.replaceFirst(":[0-9]+$", "").equalsIgnoreCase(host.get());
    }

    private void refuse(ChannelHandlerContext ctx, String status, String why) {
        ReferenceCountUtil.release(take());
        giveUp(why);
        ctx.writeAndFlush(ByteBufUtil.writeAscii(
                        ctx.alloc(), "HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
                .addListener(ChannelFutureListener.CLOSE);
    }

    private void giveUp(String why) {
        if (!told) {
            told = true;
            protocol.gaveUp(why);
        }
    }

    @Override
    protected void malformed(ChannelHandlerContext ctx, String why) {
        refuse(ctx, "400 Bad Request", "sent a request that is malformed: " + why);
    }

    @Override
    protected void closed(ChannelHandlerContext ctx) {
        giveUp("closed the connection before its request was whole");
    }

    @Override
    protected void failed(ChannelHandlerContext ctx, Throwable cause) {
        giveUp("failed: " + cause.getMessage());
        ctx.close();
    }
}
