package io.sluice.rest;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowSource;
import io.sluice.api.flow.FlowTable;
import io.sluice.api.flow.FlowTotals;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.api.net.Network;
import io.sluice.api.policy.OutboundSelector;
import io.sluice.rest.engine.Problem;
import io.sluice.rest.engine.ProblemException;
import io.sluice.rest.engine.Reply;
import io.sluice.rest.engine.Request;
import io.sluice.rest.engine.Route;
import io.sluice.view.Destination;
import io.sluice.view.Views;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Flows, and what decides about them. */
final class FlowOperations {

    private static final int PAGE = 200;

    /** As in every list of the interface. */
    private static final int MAX_PAGE = 1_000;

    /** First of the dynamic range (RFC 6335 §6): a client's port where the question names none. */
    private static final int ANY_PORT = 49_152;

    private final RestRooms rooms;

    private FlowOperations(RestRooms rooms) {
        this.rooms = rooms;
    }

    static List<Route> all(RestRooms rooms) {
        FlowOperations self = new FlowOperations(rooms);
        return List.of(
                Route.get("/flows", self::list),
                Route.delete("/flows", self::closeSome),
                Route.get("/flows/{id}", self::show),
                Route.delete("/flows/{id}", self::close),
                Route.get(
                        "/totals",
                        request -> Reply.json(Views.totals(self.table().totals()))),
                Route.get("/outbounds", self::outbounds),
                Route.get("/rules", self::rules),
                Route.get("/rules:test", self::test));
    }

    private FlowTable table() throws ProblemException {
        return rooms.need(rooms.flows(), FlowTable.class);
    }

    private Reply list(Request request) throws ProblemException {
        int limit = request.number("limit", PAGE, 1, MAX_PAGE);
        boolean failed = request.query("failed", "false").equals("true");
        boolean recent = failed || request.query("recent", "false").equals("true");
        String outbound = request.query("outbound", "");
        String network = request.query("network", "");
        List<FlowSnapshot> all = new ArrayList<>(recent ? table().recent() : table().live());
        if (!recent) {
            all.sort(Comparator.comparingLong(FlowSnapshot::id).reversed());
        }
        List<FlowSnapshot> matching = all.stream()
                .filter(flow ->
                        !failed || flow.closeReason().filter(CloseReason::fault).isPresent())
                .filter(flow ->
                        outbound.isEmpty() || flow.outboundTag().orElse("").equals(outbound))
                .filter(flow ->
                        network.isEmpty() || flow.source().network().name().equalsIgnoreCase(network))
                .toList();
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("total", matching.size());
        view.put("items", matching.stream().limit(limit).map(Views::flow).toList());
        return Reply.json(view);
    }

    private Reply show(Request request) throws ProblemException {
        return Reply.json(Views.flow(table().find(id(request)).orElseThrow(() -> absent(request))));
    }

    private Reply close(Request request) throws ProblemException {
        long id = id(request);
        if (table().close(flow -> flow.id() == id) == 0) {
            throw absent(request);
        }
        return Reply.empty(204);
    }

    private Reply closeSome(Request request) throws ProblemException {
        String outbound = request.query("outbound", "");
        int closed = table().close(flow ->
                outbound.isEmpty() || flow.outboundTag().orElse("").equals(outbound));
        return Reply.json(Map.of("closed", closed));
    }

    private static long id(Request request) throws ProblemException {
        return Request.number(request.parameter("id"), "The flow's id", 0, Long.MAX_VALUE);
    }

    private static ProblemException absent(Request request) {
        return ProblemException.of(Problem.Kind.NOT_FOUND, "There is no live flow " + request.parameter("id") + ".");
    }

    private Reply outbounds(Request request) {
        FlowTotals totals = rooms.flows().map(FlowTable::totals).orElse(null);
        Map<String, OutboundTrouble> troubles =
                rooms.flows().map(FlowTable::troubles).orElse(Map.of());
        return Reply.items(rooms.outbounds().stream()
                .map(outbound -> Views.outbound(outbound, totals, troubles))
                .toList());
    }

    private OutboundSelector selector() throws ProblemException {
        return rooms.need(rooms.policy(), OutboundSelector.class);
    }

    private Reply rules(Request request) throws ProblemException {
        return Reply.items(selector().rules().stream().map(Views::rule).toList());
    }

    private Reply test(Request request) throws ProblemException {
        try {
            Network network = Network.valueOf(request.query("network", "tcp").toUpperCase(Locale.ROOT));
            InetSocketAddress destination = Destination.parse(request.query("destination", ""), 443);
            InetSocketAddress source = Destination.parse(request.query("source", "127.0.0.1"), ANY_PORT);
            if (source.isUnresolved()) {
                throw new IllegalArgumentException("source must be an IP address");
            }
            return Reply.json(Views.decision(selector()
                    .select(new FlowSource(
                            network, request.query("inbound", "test"), source, destination, Optional.empty()))));
        } catch (IllegalArgumentException e) {
            throw ProblemException.of(
                    Problem.Kind.BAD_REQUEST, "The question is not understood: " + e.getMessage() + ".");
        }
    }
}
