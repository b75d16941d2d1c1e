package io.sluice.outbound.balancer.engine;

import io.netty.util.concurrent.Future;
import io.sluice.api.flow.ByteStream;
import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.DatagramPort;
import io.sluice.api.outbound.Capability;
import io.sluice.api.outbound.ConnectException;
import io.sluice.api.outbound.OpenRequest;
import io.sluice.api.outbound.Outbound;

/** What streams and associations have not in common. */
sealed interface Kind<T> {

    Kind<ByteStream> STREAM = new Stream();

    Kind<DatagramPort> DATAGRAMS = new Datagrams();

    Capability capability();

    Future<T> open(Outbound outbound, OpenRequest request);

    /** Nobody wants it. */
    void discard(T opened);

    /** Runs when it has ended, whoever ended it. */
    void whenEnded(T opened, Runnable listener);

    /** Its member has gone: ends it, and tells whoever uses it why. */
    void withdraw(T opened, String tag);

    /** Streams of the member that is there. */
    record Stream() implements Kind<ByteStream> {

        @Override
        public Capability capability() {
            return Capability.TCP;
        }

        @Override
        public Future<ByteStream> open(Outbound outbound, OpenRequest request) {
            return outbound.openStream(request);
        }

        @Override
        public void discard(ByteStream opened) {
            opened.reset();
        }

        @Override
        public void whenEnded(ByteStream opened, Runnable listener) {
            opened.channel().closeFuture().addListener(closed -> listener.run());
        }

        /** As an exception in the pipeline, which is how a stream tells more than that it has ended; a handler of ours in it would keep the relay from splicing. */
        @Override
        public void withdraw(ByteStream opened, String tag) {
            opened.channel()
                    .pipeline()
                    .fireExceptionCaught(new ConnectException(
                            CloseReason.OUTBOUND_WITHDRAWN,
                            "the outbound '" + tag + "' that carried it was withdrawn"));
            opened.reset();
        }
    }

    /** Associations. */
    record Datagrams() implements Kind<DatagramPort> {

        @Override
        public Capability capability() {
            return Capability.UDP;
        }

        @Override
        public Future<DatagramPort> open(Outbound outbound, OpenRequest request) {
            return outbound.openDatagrams(request);
        }

        @Override
        public void discard(DatagramPort opened) {
            opened.close(CloseReason.CLIENT_ABORTED);
        }

        @Override
        public void whenEnded(DatagramPort opened, Runnable listener) {
            opened.closed().addListener(closed -> listener.run());
        }

        @Override
        public void withdraw(DatagramPort opened, String tag) {
            opened.close(CloseReason.OUTBOUND_WITHDRAWN);
        }
    }
}
