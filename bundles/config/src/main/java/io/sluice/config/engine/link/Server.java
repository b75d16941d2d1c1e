package io.sluice.config.engine.link;

import java.util.List;

/**
 * Where an outbound object goes to, whichever of the two shapes it has.
 *
 * @param address of the server
 * @param port of the server
 * @param user has the fields of the user: the settings themselves in the flat shape
 */
record Server(String address, int port, Tree user) {

    /** @param list {@code vnext} or {@code servers} */
    static Server of(Tree settings, String list) throws LinkException {
        List<Tree> listed = settings.sections(list);
        if (listed.size() > 1) {
            throw new LinkException(list, "there are " + listed.size() + " servers, and a link has one");
        }
        Tree server = listed.isEmpty() ? settings : listed.getFirst();
        List<Tree> users = server.sections("users");
        if (users.size() > 1) {
            throw new LinkException("users", "there are " + users.size() + " users, and a link has one");
        }
        String address = server.text("address").orElseThrow(() -> new LinkException("address", "there is none"));
        String port = server.text("port").orElseThrow(() -> new LinkException("port", "there is none"));
        return new Server(LinkUri.host(address), LinkUri.port(port), users.isEmpty() ? server : users.getFirst());
    }

    /** A field of the user. */
    String needed(String field) throws LinkException {
        return user.text(field).orElseThrow(() -> new LinkException(field, "there is none"));
    }
}
