package io.sluice.rest.engine;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who may come in: the bearer of the token, a browser with a session, and, once, the holder of a login code. Only digests are held. Valid
 * credentials are never turned away for the failures of others, so nobody can lock the operator out; failures beyond a budget are answered
 * with 429 and tell nothing.
 */
public final class Access {

    /** OWASP ASVS 5.0, 7.3: idle and absolute life of a session. */
    public static final Duration SESSION_IDLE = Duration.ofMinutes(30);

    public static final Duration SESSION_LIFE = Duration.ofHours(12);

    /** OWASP ASVS 5.0, 6.5: a one-time code lives ten minutes at most. */
    public static final Duration CODE_LIFE = Duration.ofMinutes(10);

    /** More browsers than a household has; the oldest session goes first. */
    static final int MAX_SESSIONS = 64;

    static final int MAX_CODES = 8;

    /** At most 100 wrong attempts an hour are looked at, in bursts of ten. */
    private static final int BURST = 10;

    private static final Duration REFILL = Duration.ofSeconds(36);

    private record Session(Instant begun, Instant used) {}

    private final Clock clock;
    private final Secrets secrets;
    private final Optional<String> tokenDigest;
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<String, Instant> codes = new HashMap<>();
    private int budget = BURST;
    private Instant refilled;

    /**
     * @param tokenDigest the token's digest; empty lets no token in
     */
    public Access(Clock clock, Secrets secrets, Optional<String> tokenDigest) {
        this.clock = clock;
        this.secrets = secrets;
        this.tokenDigest = tokenDigest;
        this.refilled = clock.instant();
    }

    /** Whether it is the token. */
    public boolean token(String presented) {
        return tokenDigest.isPresent() && Secrets.same(Secrets.digest(presented), tokenDigest.get());
    }

    /** Whether it is a live session; if so, it is used now. */
    public synchronized boolean session(String presented) {
        String digest = Secrets.digest(presented);
        Session session = sessions.get(digest);
        if (session == null) {
            return false;
        }
        Instant now = clock.instant();
        if (now.isAfter(session.used().plus(SESSION_IDLE))
                || now.isAfter(session.begun().plus(SESSION_LIFE))) {
            sessions.remove(digest);
            return false;
        }
        sessions.put(digest, new Session(session.begun(), now));
        return true;
    }

    /** A new session's secret. */
    public synchronized String newSession() {
        if (sessions.size() >= MAX_SESSIONS) {
            sessions.entrySet().stream()
                    .min(Comparator.comparing(entry -> entry.getValue().used()))
                    .map(Map.Entry::getKey)
                    .ifPresent(sessions::remove);
        }
        String secret = secrets.fresh();
        Instant now = clock.instant();
        sessions.put(Secrets.digest(secret), new Session(now, now));
        return secret;
    }

    public synchronized void endSession(String presented) {
        sessions.remove(Secrets.digest(presented));
    }

    /** A new login code. */
    public synchronized String newCode() {
        Instant now = clock.instant();
        codes.values().removeIf(now::isAfter);
        if (codes.size() >= MAX_CODES) {
            codes.entrySet().stream()
                    .min(Map.Entry.comparingByValue())
                    .map(Map.Entry::getKey)
                    .ifPresent(codes::remove);
        }
        String code = secrets.fresh();
        codes.put(Secrets.digest(code), now.plus(CODE_LIFE));
        return code;
    }

    /** Whether it is a login code that was not used; it is used now. */
    public synchronized boolean code(String presented) {
        Instant ends = codes.remove(Secrets.digest(presented));
        return ends != null && !clock.instant().isAfter(ends);
    }

    /** Notes a wrong attempt; false if there were too many. */
    public synchronized boolean failed() {
        Instant now = clock.instant();
        long due = Duration.between(refilled, now).dividedBy(REFILL);
        if (due > 0) {
            budget = (int) Math.min(BURST, budget + due);
            refilled = refilled.plus(REFILL.multipliedBy(due));
        }
        if (budget == 0) {
            return false;
        }
        budget--;
        return true;
    }

    /** Seconds after which a wrong attempt is looked at again. */
    public static long retryAfterSeconds() {
        return REFILL.toSeconds();
    }
}
