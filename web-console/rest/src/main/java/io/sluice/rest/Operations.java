package io.sluice.rest;

import io.sluice.api.netmon.NetworkMonitor;
import io.sluice.api.tunnel.TunnelController;
import io.sluice.api.tunnel.TunnelException;
import io.sluice.rest.engine.Problem;
import io.sluice.rest.engine.ProblemException;
import io.sluice.rest.engine.Reply;
import io.sluice.rest.engine.Request;
import io.sluice.rest.engine.Route;
import io.sluice.view.BundleState;
import io.sluice.view.Finding;
import io.sluice.view.NetworkViews;
import io.sluice.view.Status;
import io.sluice.view.Views;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every operation of the interface but the event stream; {@code openapi.json} describes the same list. */
final class Operations {

    private final RestRooms rooms;

    private Operations(RestRooms rooms) {
        this.rooms = rooms;
    }

    static List<Route> all(RestRooms rooms, FrontDoor door) {
        Operations self = new Operations(rooms);
        byte[] openApi = openApi();
        List<Route> routes = new ArrayList<>();
        routes.add(Route.get("/openapi.json", request -> new Reply(200, Reply.JSON, openApi, Map.of())));
        routes.add(Route.get("/status", request -> Reply.json(Status.of(rooms).view())));
        routes.add(Route.get("/tunnel", self::tunnel));
        routes.add(Route.get(
                "/network",
                request -> Reply.json(NetworkViews.monitor(rooms.need(rooms.network(), NetworkMonitor.class)))));
        routes.add(Route.post("/tunnel:start", 0, self::start));
        routes.add(Route.post("/tunnel:stop", 0, self::stop));
        routes.add(Route.get(
                "/inbounds",
                request -> Reply.items(
                        rooms.inbounds().stream().map(Views::inbound).toList())));
        routes.add(Route.get("/bundles", self::bundles));
        routes.add(Route.get("/diagnosis", self::diagnosis));
        routes.add(Route.get("/requests", request -> Reply.json(door.requests().view())));
        routes.addAll(FlowOperations.all(rooms));
        routes.addAll(ConfigOperations.all(rooms));
        routes.addAll(KillSwitchOperations.all(rooms));
        routes.addAll(SessionOperations.all(door.access()));
        return routes;
    }

    private static byte[] openApi() {
        try (InputStream in = Operations.class.getResourceAsStream("openapi.json")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TunnelController controller() throws ProblemException {
        return rooms.need(rooms.tunnel(), TunnelController.class);
    }

    private Reply tunnel(Request request) throws ProblemException {
        Map<String, Object> view = new LinkedHashMap<>(Views.tunnel(controller().status()));
        view.put("profile", controller().profile().map(Views::profile).orElse(null));
        return Reply.json(view);
    }

    private Reply start(Request request) throws ProblemException {
        try {
            return Reply.json(Views.tunnel(controller().start()));
        } catch (TunnelException e) {
            throw ProblemException.of(
                    Problem.Kind.CONFLICT,
                    e.error().message() + " " + e.error().remedy(),
                    List.of(Views.error(e.error())));
        }
    }

    private Reply stop(Request request) throws ProblemException {
        return Reply.json(Views.tunnel(controller().stop()));
    }

    private Reply bundles(Request request) {
        return Reply.items(BundleState.views(rooms.context(), rooms.diagnosis().orElse(null)));
    }

    private Reply diagnosis(Request request) {
        return Reply.items(rooms.diagnosis()
                .map(diagnosis ->
                        diagnosis.findings().stream().map(Finding::view).toList())
                .orElse(List.of()));
    }
}
