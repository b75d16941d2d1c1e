package io.sluice.netstack.channel;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.MessageSizeEstimator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DuplexChannelConfig;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Options of a {@link TcpChannel}: SO_LINGER (only 0 means something: close aborts), SO_KEEPALIVE, TCP_NODELAY (on by default: a relay has
 * nothing to wait for), ALLOW_HALF_CLOSURE (always on) and Netty's TCP_USER_TIMEOUT by its name, in milliseconds.
 */
final class TcpChannelConfig extends DefaultChannelConfig implements DuplexChannelConfig {

    /** The option of netty's epoll transport, so that one bootstrap code serves both. */
    static final ChannelOption<Integer> TCP_USER_TIMEOUT =
            ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#TCP_USER_TIMEOUT");

    private final TcpChannel channel;
    private int linger = -1;
    private boolean keepAlive;
    private boolean noDelay = true;
    private int userTimeoutMillis;

    TcpChannelConfig(TcpChannel channel) {
        super(channel);
        this.channel = channel;
    }

    boolean isAbortOnClose() {
        return linger == 0;
    }

    @Override
    public Map<ChannelOption<?>, Object> getOptions() {
        return getOptions(
                super.getOptions(),
                ChannelOption.SO_LINGER,
                ChannelOption.SO_KEEPALIVE,
                ChannelOption.TCP_NODELAY,
                ChannelOption.ALLOW_HALF_CLOSURE,
                TCP_USER_TIMEOUT);
    }

    @SuppressWarnings("unchecked")
    @Override
    public <T> T getOption(ChannelOption<T> option) {
        if (option == ChannelOption.SO_LINGER) {
            return (T) Integer.valueOf(linger);
        }
        if (option == ChannelOption.SO_KEEPALIVE) {
            return (T) Boolean.valueOf(keepAlive);
        }
        if (option == ChannelOption.TCP_NODELAY) {
            return (T) Boolean.valueOf(noDelay);
        }
        if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
            return (T) Boolean.TRUE;
        }
        if (option == TCP_USER_TIMEOUT) {
            return (T) Integer.valueOf(userTimeoutMillis);
        }
        return super.getOption(option);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        validate(option, value);
        if (option == ChannelOption.SO_LINGER) {
            linger = (Integer) value;
        } else if (option == ChannelOption.SO_KEEPALIVE) {
            keepAlive = (Boolean) value;
            channel.apply(connection -> connection.keepAlive(keepAlive));
        } else if (option == ChannelOption.TCP_NODELAY) {
            noDelay = (Boolean) value;
            channel.apply(connection -> connection.nagle(!noDelay));
        } else if (option == ChannelOption.ALLOW_HALF_CLOSURE) {
            return true;
        } else if (option == TCP_USER_TIMEOUT) {
            userTimeoutMillis = (Integer) value;
            channel.apply(connection -> connection.userTimeout(TimeUnit.MILLISECONDS.toNanos(userTimeoutMillis)));
        } else {
            return super.setOption(option, value);
        }
        return true;
    }

    @Override
    protected void autoReadCleared() {
        channel.readCleared();
    }

    @Override
    public boolean isAllowHalfClosure() {
        return true;
    }

    @Override
    public DuplexChannelConfig setAllowHalfClosure(boolean allowHalfClosure) {
        return this;
    }

    @Override
    @Deprecated
    public DuplexChannelConfig setMaxMessagesPerRead(int maxMessagesPerRead) {
        super.setMaxMessagesPerRead(maxMessagesPerRead);
        return this;
    }

    @Override
    public DuplexChannelConfig setWriteSpinCount(int writeSpinCount) {
        super.setWriteSpinCount(writeSpinCount);
        return this;
    }

    @Override
    public DuplexChannelConfig setAllocator(ByteBufAllocator allocator) {
        super.setAllocator(allocator);
        return this;
    }

    @Override
    public DuplexChannelConfig setRecvByteBufAllocator(RecvByteBufAllocator allocator) {
        super.setRecvByteBufAllocator(allocator);
        return this;
    }

    @Override
    public DuplexChannelConfig setAutoRead(boolean autoRead) {
        super.setAutoRead(autoRead);
        return this;
    }

    @Override
    public DuplexChannelConfig setAutoClose(boolean autoClose) {
        super.setAutoClose(autoClose);
        return this;
    }

    @Override
    public DuplexChannelConfig setMessageSizeEstimator(MessageSizeEstimator estimator) {
        super.setMessageSizeEstimator(estimator);
        return this;
    }

    @Override
    public DuplexChannelConfig setWriteBufferWaterMark(WriteBufferWaterMark writeBufferWaterMark) {
        super.setWriteBufferWaterMark(writeBufferWaterMark);
        return this;
    }
}
