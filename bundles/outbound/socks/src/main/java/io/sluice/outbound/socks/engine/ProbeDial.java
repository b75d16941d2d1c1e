package io.sluice.outbound.socks.engine;

import io.netty.channel.EventLoop;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.transport.DialRequest;
import io.sluice.proxycodec.socks.Socks5Address;
import io.sluice.proxycodec.socks.Socks5Command;
import java.net.InetSocketAddress;
import java.time.Duration;

/** The one connection that finds out whether the proxy can be pipelined to; see {@link Pipelining}. Belongs to no flow, carries nothing. */
final class ProbeDial extends Dial {

    /** Ours: three round trips to the far side of the earth take less than one second; a proxy under load gets two more. */
    private static final Duration LIMIT = Duration.ofSeconds(3);

    /** Of no flow. */
    private static final long NO_FLOW = 0;

    ProbeDial(ProxyConnector connector, EventLoop loop) {
        super(
                connector,
                DialRequest.of(NO_FLOW, loop, LIMIT),
                LIMIT,
                Socks5Command.UDP_ASSOCIATE.code(),
                Socks5Address.UNSPECIFIED,
                true);
    }

    @Override
    void succeed(ByteStream stream, InetSocketAddress bound) {
        stream.channel().close();
        if (finish()) {
            connector().pipelining().probed(true);
        }
    }

    @Override
    void refused(int code) {
        connector().pipelining().probed(true);
        cancel();
    }

    @Override
    void end(ConnectException failure) {
        switch (phase()) {
            case REACH -> connector().pipelining().probeHadNoConnection();
            case METHOD, AUTHENTICATE, REPLY, RELAY -> connector().pipelining().probed(false);
        }
    }
}
