package io.sluice.proxycodec.http;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import java.net.IDN;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The client's side of an upgrade (RFC 9110 §7.8): sends the request, waits for 101, and leaves {@code EarlyBytes} in its place with what came behind. It reads by
 * itself; AUTO_READ is as it was, before and after.
 */
public final class UpgradeClient extends HeadHandshake {

    private final String request;
    private final Function<HttpHead, Optional<String>> check;
    private final Outcome outcome;
    private boolean told;

    /** Told once. */
    public interface Outcome {

        /** The connection is the other protocol's. */
        void upgraded();

        /**
         * It is not.
         *
         * @param ctx of the upgrade, which is still in the pipeline
         * @param predicate end of a sentence about the server
         */
        void refused(ChannelHandlerContext ctx, String predicate, Throwable cause);
    }

    /**
     * @param request the whole head
     * @param check what a 101 with the right Upgrade must have besides; empty if it has
     */
    public UpgradeClient(String request, Function<HttpHead, Optional<String>> check, Outcome outcome) {
        this.request = request;
        this.check = check;
        this.outcome = outcome;
    }

    /**
     * What Host says of a name or an address (RFC 9110 §7.2): names beyond ASCII in their ASCII form (RFC 5890 §2.3.2.1).
     *
     * @throws IllegalArgumentException if it is none; the message does not say what was written
     */
    public static String host(String written) {
        String host = written.indexOf(':') != written.lastIndexOf(':') && !written.startsWith("[")
                ? "[" + written + "]"
                : IDN.toASCII(written, IDN.ALLOW_UNASSIGNED);
        if (host.isEmpty() || !host.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("a host is written in visible characters");
        }
        return host;
    }

    /**
     * A request's head.
     *
     * @param headers each as {@code Name: value}; a User-Agent among them takes the place of ours
     * @param own further lines of the same form
     */
    public static String request(UpgradePath path, String host, List<String> headers, List<String> own) {
        StringBuilder head = new StringBuilder(256)
                .append("GET ")
                .append(path.target())
                .append(" HTTP/1.1\r\nHost: ")
                .append(host)
                .append("\r\n");
        if (headers.stream().noneMatch(h -> h.regionMatches(true, 0, "User-Agent:", 0, 11))) {
            head.append("User-Agent: Mozilla/5.0\r\n"); // servers exist that refuse a client without one
        }
        head.append("Connection: Upgrade\r\nUpgrade: websocket\r\n");
        headers.forEach(h -> head.append(h).append("\r\n"));
        own.forEach(h -> head.append(h).append("\r\n"));
        return head.append("\r\n").toString();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.writeAndFlush(ByteBufUtil.writeAscii(ctx.alloc(), request), ctx.voidPromise());
        ctx.read();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!isOver()) {
            ctx.read();
        }
    }

    @Override
    protected void head(ChannelHandlerContext ctx, HttpHead head) {
        Optional<String> fault =
                head.status() == 101 && head.has("Upgrade", "websocket") && head.has("Connection", "upgrade")
                        ? check.apply(head)
                        : Optional.of("answered \"" + shown(head.start()) + "\" instead of 101 Switching Protocols");
        if (fault.isPresent()) {
            refuse(ctx, fault.get(), null);
            return;
        }
        boolean reading = ctx.channel().config().isAutoRead();
        handOver(ctx);
        told = true;
        outcome.upgraded();
        if (reading) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    private static String shown(String line) {
        String printable = line.replaceAll("[^ -~]", "?");
        return printable.length() > 60 ? printable.substring(0, 60) + "…" : printable;
    }

    private void refuse(ChannelHandlerContext ctx, String predicate, Throwable cause) {
        if (!told) {
            told = true;
            outcome.refused(ctx, predicate, cause);
        }
    }

    @Override
    protected void malformed(ChannelHandlerContext ctx, String why) {
        refuse(ctx, "does not speak HTTP/1.1: " + why, null);
    }

    @Override
    protected void inputEnded(ChannelHandlerContext ctx) {
        refuse(ctx, "closed the connection without an answer", null);
    }

    @Override
    protected void closed(ChannelHandlerContext ctx) {
        refuse(ctx, "closed the connection without an answer", null);
    }

    @Override
    protected void failed(ChannelHandlerContext ctx, Throwable cause) {
        refuse(ctx, "failed: " + cause.getMessage(), cause);
    }
}
