package io.sluice.config.engine;

/** The {@code flow} of Trojan and VLESS: empty is plain. */
final class Flows {

    private Flows() {}

    /** Of Trojan, which once had some. */
    static void removed(Section user) {
        user.string("flow")
                .filter(f -> !f.value().isEmpty())
                .ifPresent(f -> user.problems()
                        .add(
                                ProblemCode.REMOVED_FIELD,
                                f.at(),
                                f.path(),
                                "'flow' was removed from Xray's configuration of Trojan.",
                                "remove it, or use vless"));
    }

    /** Of VLESS. */
    static boolean none(Section user) {
        return user.string("flow")
                .filter(f -> !f.value().isEmpty())
                .map(f -> refuse(user, f))
                .orElse(true);
    }

    private static boolean refuse(Section user, Located<String> flow) {
        user.problems()
                .add(
                        ProblemCode.NOT_SUPPORTED,
                        flow.at(),
                        flow.path(),
                        "The flow '" + flow.value() + "' (Vision) is not to be had here yet.",
                        "write \"flow\": \"\" on both sides");
        return false;
    }
}
