package io.sluice.shell.engine;

import java.util.List;
import java.util.Optional;

/** The commands of one noun. */
public interface CommandScope {

    /** The scope whose verbs are also reached without naming it: {@code status}, {@code diag}, {@code help}. */
    String ROOT = "sluice";

    String name();

    String summary();

    List<Verb> verbs();

    default Optional<Verb> verb(String name) {
        return verbs().stream().filter(verb -> verb.name().equals(name)).findFirst();
    }
}
