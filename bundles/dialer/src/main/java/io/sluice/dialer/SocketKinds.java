package io.sluice.dialer;

import io.netty.channel.ChannelHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.sluice.api.loop.EventLoops;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Makes sockets of the loops' own kind; a datagram socket is of one family, which Netty lets only a constructor choose. */
public final class SocketKinds {

    private final MethodHandle stream;
    private final MethodHandle datagram;

    public SocketKinds(EventLoops loops) {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        try {
            stream = lookup.findConstructor(loops.streamChannel(), MethodType.methodType(void.class))
                    .asType(MethodType.methodType(SocketChannel.class));
            datagram = lookup.findConstructor(
                            loops.datagramChannel(), MethodType.methodType(void.class, SocketProtocolFamily.class))
                    .asType(MethodType.methodType(DatagramChannel.class, SocketProtocolFamily.class));
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("the channel types of the loops cannot be made: " + e.getMessage(), e);
        }
    }

    /** An unregistered socket; the handlers are first in its pipeline. */
    public SocketChannel stream(ChannelHandler... handlers) {
        SocketChannel channel;
        try {
            channel = (SocketChannel) stream.invokeExact();
        } catch (Throwable e) {
            throw failure(e);
        }
        channel.pipeline().addLast(handlers);
        return channel;
    }

    /** @param family null for a socket that serves both, where the host has both */
    public DatagramChannel datagram(SocketProtocolFamily family, ChannelHandler... handlers) {
        DatagramChannel channel;
        try {
            channel = (DatagramChannel) datagram.invokeExact(family);
        } catch (Throwable e) {
            throw failure(e);
        }
        channel.pipeline().addLast(handlers);
        return channel;
    }

    private static RuntimeException failure(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException known ? known : new IllegalStateException(cause);
    }
}
