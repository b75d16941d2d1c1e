package io.sluice.netmon.engine;

import io.sluice.api.netmon.NetworkChange;
import io.sluice.api.netmon.NetworkListener;
import io.sluice.api.netmon.NetworkState;

/** What listeners are told. */
public sealed interface Event {

    /** Calls the method that stands for it. */
    void tell(NetworkListener listener);

    record Changed(NetworkChange change) implements Event {
        @Override
        public void tell(NetworkListener listener) {
            listener.networkChanged(change);
        }
    }

    record DefaultInterfaceChanged(NetworkChange change) implements Event {
        @Override
        public void tell(NetworkListener listener) {
            listener.defaultInterfaceChanged(change);
        }
    }

    record Paused(String reason) implements Event {
        @Override
        public void tell(NetworkListener listener) {
            listener.paused(reason);
        }
    }

    record Resumed(NetworkState state) implements Event {
        @Override
        public void tell(NetworkListener listener) {
            listener.resumed(state);
        }
    }

    record RoutesChanged() implements Event {
        @Override
        public void tell(NetworkListener listener) {
            listener.routesChanged();
        }
    }
}
