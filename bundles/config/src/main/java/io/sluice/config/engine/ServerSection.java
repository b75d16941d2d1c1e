package io.sluice.config.engine;

import java.util.List;
import java.util.Optional;

/**
 * The server of an outbound, in Xray's flat shape or as the one member of the older list ({@code servers}, {@code vnext}) with its one user.
 *
 * @param server has address and port, which are read already
 * @param user has what the user logs in by; the server's own section in the flat shape
 * @param isListed whether the server is the member of a list, and not the settings themselves
 * @param isGood whether address and port are; else it is reported, and what else there is is read for its own mistakes
 */
record ServerSection(Section server, Section user, boolean isListed, boolean isGood) {

    /**
     * Finds it, and puts {@code address} and {@code port}.
     *
     * @param list name of the older list
     * @param example a flat server, as JSON, for who has written none
     * @return empty if there is nothing to go on with; what is wrong is reported
     */
    static Optional<ServerSection> read(OutboundDraft draft, String list, String example) {
        if (draft.settings().isEmpty()) {
            draft.outbound().missing("settings", "write \"settings\": " + example);
            return Optional.empty();
        }
        Section settings = draft.settings().get();
        boolean listed = settings.has(list);
        settings.either(list);
        Optional<Section> server =
                listed ? only(settings, list, "servers, but an outbound has one", "server") : draft.settings();
        Optional<Section> user = server.flatMap(ServerSection::user);
        boolean good = server.filter(s -> endpoint(s, draft)).isPresent();
        return server.flatMap(s -> user.map(u -> new ServerSection(s, u, listed, good)));
    }

    /** Nobody in a list of users is nobody to log in as; a protocol that needs one misses the fields of the server itself. */
    private static Optional<Section> user(Section server) {
        server.either("users");
        return server.sections("users").isEmpty()
                ? Optional.of(server)
                : only(server, "users", "users, but an outbound logs in as one", "user");
    }

    private static Optional<Section> only(Section in, String field, String fault, String one) {
        List<Section> all = in.sections(field);
        if (all.size() == 1) {
            return Optional.of(all.getFirst());
        }
        in.problems()
                .add(
                        all.isEmpty() ? ProblemCode.MISSING_FIELD : ProblemCode.NOT_SUPPORTED,
                        in.at(field),
                        in.path(field),
                        "There are " + all.size() + " " + fault + ".",
                        "write an outbound for each " + one);
        return Optional.empty();
    }

    private static boolean endpoint(Section server, OutboundDraft draft) {
        Optional<String> address =
                server.required("address", "write \"address\": \"192.0.2.1\"").flatMap(draft.values()::host);
        Optional<Located<Integer>> port = server.port("port");
        if (!server.has("port")) {
            server.missing("port", "write \"port\": 1080");
        }
        address.ifPresent(a -> draft.properties().put("address", a));
        port.ifPresent(p -> draft.properties().put("port", p.value()));
        return address.isPresent() && port.isPresent();
    }

    /** All fields that the protocol has are read: levels and addresses of users are passed over, and the rest is unknown. */
    void end() {
        user.noEffect("there are no levels and addresses of users", "level", "email");
        if (user != server) {
            server.noEffect("there are no levels and addresses of users", "level", "email");
            user.end();
        }
        if (isListed) {
            server.end();
        }
    }
}
