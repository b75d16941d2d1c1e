package io.sluice.netstack.engine.tcp;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Ends the conversations of a test and checks that none holds memory. */
public final class ConversationEnd implements AfterEachCallback {

    @Override
    public void afterEach(ExtensionContext context) {
        try {
            Conversation.STARTED.get().forEach(Conversation::end);
        } finally {
            Conversation.STARTED.remove();
        }
    }
}
