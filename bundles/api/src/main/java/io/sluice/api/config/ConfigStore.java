package io.sluice.api.config;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The configuration of the appliance. Changes run one after the other. */
@ProviderType
public interface ConfigStore {

    /** Stands for a password where a configuration is shown. It is nobody's password: a text that has it in the place of one has an error. */
    String COVERED = "(hidden)";

    /** Every problem of this text, in the order of the text; applies nothing. {@code name} is what problems call the file. */
    List<Problem> check(String text, String name);

    /** What applying this text would change, one line a component, e.g. {@code ~ outbound proxy: port 1080 -> 1081}; empty: nothing. */
    List<String> plan(String text) throws ConfigException;

    /**
     * Checks, keeps as a new generation, writes the file, and brings it into effect; only components that differ are touched.
     *
     * @throws ConfigException if it has errors, or could not be brought into effect: the generation before is in force again
     */
    Generation apply(String text, String author, String note) throws ConfigException;

    /** The text in force, comments included. */
    String text();

    /** The generation in force. */
    Optional<Generation> current();

    /** Kept generations, newest first. */
    List<Generation> history();

    /** The text of a kept generation. */
    Optional<String> text(int generation);

    /** Applies a kept generation again, as a new one. */
    Generation rollBack(int generation, String author) throws ConfigException;
}
