package io.sluice.netstack;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.sluice.api.loop.DatagramIo;
import io.sluice.api.loop.DatagramSink;
import io.sluice.api.loop.EventLoops;
import java.net.InetAddress;
import java.net.SocketAddress;

/** One epoll loop. */
final class EpollTestLoops implements EventLoops {

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

    @Override
    public EventLoopGroup group() {
        return group;
    }

    @Override
    public EventLoop next() {
        return group.next();
    }

    @Override
    public EventLoop loop(int index) {
        return group.next();
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public Class<? extends SocketChannel> streamChannel() {
        return EpollSocketChannel.class;
    }

    @Override
    public SocketChannel newStream(InetAddress remote) {
        throw new UnsupportedOperationException("the stack opens no sockets");
    }

    @Override
    public Class<? extends ServerChannel> serverChannel() {
        return EpollServerSocketChannel.class;
    }

    @Override
    public Class<? extends DuplexChannel> unixStreamChannel() {
        return EpollDomainSocketChannel.class;
    }

    @Override
    public SocketAddress unixAddress(String path) {
        return new DomainSocketAddress(path);
    }

    @Override
    public Class<? extends DatagramChannel> datagramChannel() {
        return EpollDatagramChannel.class;
    }

    @Override
    public DatagramIo datagrams(DatagramChannel channel, DatagramSink sink) {
        throw new UnsupportedOperationException("the stack opens no sockets");
    }

    @Override
    public String transport() {
        return "epoll";
    }
}
