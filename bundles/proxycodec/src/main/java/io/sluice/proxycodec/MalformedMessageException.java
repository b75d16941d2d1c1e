package io.sluice.proxycodec;

/** What came is not what the protocol allows. Without a stack trace: it is an answer to strangers, and frequent. Its text holds no secret. */
public final class MalformedMessageException extends Exception {

    private static final long serialVersionUID = 1L;

    /** @param sentence what is wrong, without what came */
    public MalformedMessageException(String sentence) {
        super(sentence, null, false, false);
    }
}
