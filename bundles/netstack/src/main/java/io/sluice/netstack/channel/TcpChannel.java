package io.sluice.netstack.channel;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.DuplexChannelConfig;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.outbound.ConnectException;
import io.sluice.netstack.engine.tcp.TcpConnection;
import io.sluice.netstack.engine.tcp.TcpUser;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.function.Consumer;

/**
 * A {@link TcpConnection} as a Netty channel. Remote is the client, local the address it talks to.
 *
 * <p>Theory of operation.
 * <pre>
 *  engine has octets        fired while a read is pending (read(), AUTO_READ), at most MESSAGES of them a read, then readComplete
 *  nobody reads             octets stay in the connection and its window closes
 *  all is read, FIN         ChannelInputShutdownEvent, whether a read is pending or not; writing goes on
 *  write and flush          buffers move into the bounded send queue, their promises succeed; what finds no room waits outbound, which
 *                           makes the channel unwritable as with a socket
 *  shutdownOutput           FIN behind everything written, flushed or not
 *  close                    FIN, or RST if octets are unread or SO_LINGER is 0; channelInactive at once
 *  both FINs acknowledged   closes itself once everything is read
 *  RST, time-out, detach    closes itself at once: channelInactive without ChannelInputShutdownEvent; before it, unless the client is the
 *                           cause, exceptionCaught with a ConnectException that has the reason
 * </pre>
 * Active from registration on, handshake complete or not, so that an answer may be written while the client's ACK is on its way.
 */
public final class TcpChannel extends AbstractChannel implements DuplexChannel, TcpUser {

    /** Buffers a read brings at most: a batch of sixteen super-packets is 1 MiB. */
    private static final int MESSAGES = 16;

    private static final ChannelMetadata METADATA = new ChannelMetadata(false, MESSAGES);

    private final TcpChannelConfig config = new TcpChannelConfig(this);
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private TcpConnection connection;

    private volatile boolean open = true;
    private volatile boolean inputShutdown;
    private volatile boolean outputShutdown;
    private boolean readPending;
    private boolean delivering;
    private boolean deliveryScheduled;
    private boolean finished;
    /** FIN waits for outbound buffers. */
    private boolean finPending;

    TcpChannel(InetSocketAddress remote, InetSocketAddress local) {
        super(null);
        this.remote = remote;
        this.local = local;
    }

    /** Once, before registration. */
    void connection(TcpConnection accepted) {
        connection = accepted;
    }

    void apply(Consumer<TcpConnection> change) {
        if (eventLoop().inEventLoop()) {
            change.accept(connection);
        } else {
            eventLoop().execute(() -> change.accept(connection));
        }
    }

    void readCleared() {
        if (isRegistered() && eventLoop().inEventLoop()) {
            readPending = false;
        }
    }

    // ---- from the engine

    @Override
    public void readable() {
        deliver();
    }

    @Override
    public void writable() {
        ((ConnectionUnsafe) unsafe()).resume();
    }

    @Override
    public void ended(CloseReason reason) {
        if (reason != CloseReason.FINISHED) {
            if (reason != CloseReason.CLIENT_ABORTED) {
                // An inactive channel says that the client is gone; whatever else ended it has to be said.
                pipeline().fireExceptionCaught(new ConnectException(reason, reason.sentence()));
            }
            unsafe().close(voidPromise());
            return;
        }
        finished = true;
        deliver();
    }

    private void deliver() {
        if (delivering || !open) {
            return;
        }
        delivering = true;
        try {
            while (readPending && open && connection.hasData()) {
                readPending = false;
                for (int i = 0; i < MESSAGES && open; i++) {
                    ByteBuf octets = connection.read();
                    if (octets == null) {
                        break;
                    }
                    pipeline().fireChannelRead(octets);
                }
                pipeline().fireChannelReadComplete();
            }
            if (open && !inputShutdown && connection.isInputEnded()) {
                inputShutdown = true;
                pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
                pipeline().fireUserEventTriggered(ChannelInputShutdownReadComplete.INSTANCE);
            }
        } finally {
            delivering = false;
        }
        if (open && finished && !connection.hasData()) {
            unsafe().close(voidPromise());
        } else {
            connection.consumed();
        }
    }

    private void deliverLater() {
        deliveryScheduled = false;
        deliver();
    }

    // ---- from the pipeline

    @Override
    protected void doBeginRead() {
        readPending = true;
        if (!delivering && !deliveryScheduled && connection.hasData()) {
            // Not at once: whoever calls read() does not expect channelRead inside it.
            deliveryScheduled = true;
            eventLoop().execute(this::deliverLater);
        }
    }

    @Override
    protected Object filterOutboundMessage(Object message) throws Exception {
        if (outputShutdown) {
            throw new ChannelOutputShutdownException("the output of " + this + " is shut down");
        }
        if (!(message instanceof ByteBuf octets)) {
            throw new UnsupportedOperationException(
                    "only ByteBuf can be written, not " + message.getClass().getName());
        }
        if (octets.isDirect() && octets.nioBufferCount() == 1) {
            return octets;
        }
        // The device gathers native memory.
        ByteBuf direct = alloc().directBuffer(octets.readableBytes());
        direct.writeBytes(octets, octets.readerIndex(), octets.readableBytes());
        octets.release();
        return direct;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer outbound) {
        for (Object message = outbound.current(); message != null; message = outbound.current()) {
            if (connection.space() <= 0) {
                break; // writable() comes when there is room
            }
            connection.write(((ByteBuf) message).retain());
            outbound.remove();
        }
        connection.push();
        if (finPending && outbound.isEmpty()) {
            finPending = false;
            connection.shutdownOutput();
        }
    }

    @Override
    protected void doClose() {
        open = false;
        inputShutdown = true;
        outputShutdown = true;
        if (connection == null) {
            return;
        }
        if (config.isAbortOnClose()) {
            connection.abort();
        } else {
            connection.close();
        }
    }

    @Override
    public ChannelFuture shutdownOutput(ChannelPromise promise) {
        onLoop(() -> {
            if (!outputShutdown) {
                unsafe().flush();
                outputShutdown = true;
                ChannelOutboundBuffer outbound = unsafe().outboundBuffer();
                if (outbound == null || outbound.isEmpty()) {
                    connection.shutdownOutput();
                } else {
                    finPending = true;
                }
            }
            promise.trySuccess();
        });
        return promise;
    }

    @Override
    public ChannelFuture shutdownInput(ChannelPromise promise) {
        onLoop(() -> {
            inputShutdown = true;
            connection.shutdownInput();
            promise.trySuccess();
        });
        return promise;
    }

    @Override
    public ChannelFuture shutdown(ChannelPromise promise) {
        shutdownInput();
        return shutdownOutput(promise);
    }

    private void onLoop(Runnable action) {
        EventLoop loop = eventLoop();
        if (loop.inEventLoop()) {
            action.run();
        } else {
            loop.execute(action);
        }
    }

    @Override
    public ChannelFuture shutdownOutput() {
        return shutdownOutput(newPromise());
    }

    @Override
    public ChannelFuture shutdownInput() {
        return shutdownInput(newPromise());
    }

    @Override
    public ChannelFuture shutdown() {
        return shutdown(newPromise());
    }

    // ---- what a channel says of itself

    @Override
    public boolean isInputShutdown() {
        return inputShutdown;
    }

    @Override
    public boolean isOutputShutdown() {
        return outputShutdown;
    }

    @Override
    public boolean isShutdown() {
        return inputShutdown && outputShutdown;
    }

    @Override
    public DuplexChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected SocketAddress localAddress0() {
        return local;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return remote;
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true; // it needs a loop's thread, not its selector
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        promise.setSuccess();
    }

    @Override
    protected void doBind(SocketAddress localAddress) {
        throw new UnsupportedOperationException("a connection that was accepted is bound already");
    }

    @Override
    protected void doDisconnect() {
        doClose();
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new ConnectionUnsafe();
    }

    private final class ConnectionUnsafe extends AbstractUnsafe {

        @Override
        public void connect(SocketAddress remoteAddress, SocketAddress localAddress, ChannelPromise promise) {
            promise.setFailure(new UnsupportedOperationException("the stack accepts connections, it opens none"));
        }

        /** There is room in the send queue again. */
        void resume() {
            flush0();
        }
    }
}
