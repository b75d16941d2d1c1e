package io.sluice.proxycodec.vmess;

import java.util.List;
import javax.crypto.Cipher;

/** Whose an auth id is. It is tried with the key of each user in turn, as Xray does: there is nothing in it that would say. Any thread. */
final class VmessUsers {

    /** @param seconds when the auth id was made */
    record Match(VmessId id, long seconds) {}

    private final List<VmessId> ids;
    /** Not Netty's: a thread would keep that one, and its inbound's bundle, for good. */
    private final ThreadLocal<Cipher[]> openers;

    VmessUsers(List<VmessId> ids) {
        List<VmessId> all = List.copyOf(ids);
        this.ids = all;
        this.openers =
                ThreadLocal.withInitial(() -> all.stream().map(AuthId::opener).toArray(Cipher[]::new));
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
