package io.sluice.proxycodec.vmess;

import io.netty.util.concurrent.FastThreadLocal;
import java.util.List;
import javax.crypto.Cipher;

/** Whose an auth id is. It is tried with the key of each user in turn, as Xray does: there is nothing in it that would say. Any thread. */
final class VmessUsers {

    /** @param seconds when the auth id was made */
    record Match(VmessId id, long seconds) {}

    private final List<VmessId> ids;
    private final FastThreadLocal<Cipher[]> openers = new FastThreadLocal<>() {
        @Override
        protected Cipher[] initialValue() {
            return ids.stream().map(AuthId::opener).toArray(Cipher[]::new);
        }
    };

    VmessUsers(List<VmessId> ids) {
        this.ids = List.copyOf(ids);
    }

    /** @return null if it is nobody's */
    Match match(byte[] authId) {
        Cipher[] ciphers = openers.get();
        for (int i = 0; i < ciphers.length; i++) {
            long seconds = AuthId.open(ciphers[i], authId);
            if (seconds >= 0) {
                return new Match(ids.get(i), seconds);
            }
        }
        return null;
    }
}
