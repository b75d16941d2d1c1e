package io.sluice.api.config;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Servers as other programs describe them: taken into the configuration, and given out of it. Changes nothing itself: the text goes to {@link ConfigStore}. */
@ProviderType
public interface OutboundImport {

    /**
     * Reads share links (one a line, or a subscription's base64 of that) and Xray's configurations in JSON (their outbounds), and puts what is new behind the outbounds
     * of the configuration in force.
     *
     * @param sources each with a text
     */
    ImportPlan plan(List<Source> sources);

    /**
     * The share link of a configured outbound.
     *
     * @param secrets whether its password or id is in it; else {@link ConfigStore#COVERED} stands there
     * @return empty if there is no such outbound
     * @throws ConfigException if no link can say what it is: which field, and why
     */
    Optional<String> link(String tag, boolean secrets) throws ConfigException;

    /**
     * A text to take in.
     *
     * @param name what messages call it
     */
    record Source(String name, String text) {}
}
