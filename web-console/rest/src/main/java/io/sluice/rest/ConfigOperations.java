package io.sluice.rest;

import io.sluice.api.config.ConfigException;
import io.sluice.api.config.ConfigStore;
import io.sluice.api.config.Generation;
import io.sluice.api.config.ImportPlan;
import io.sluice.api.config.OutboundImport;
import io.sluice.rest.engine.Problem;
import io.sluice.rest.engine.ProblemException;
import io.sluice.rest.engine.Reply;
import io.sluice.rest.engine.Request;
import io.sluice.rest.engine.Route;
import io.sluice.rest.engine.Secrets;
import io.sluice.view.CoveredConfig;
import io.sluice.view.Views;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The configuration: what is in force is named by its ETag, and a change says which state it means to change. */
final class ConfigOperations {

    /** As large as the shell accepts. */
    private static final int MAX_TEXT = 4 << 20;

    private static final String AUTHOR = "rest";
    private static final String NAME = "sluice.json";

    private final RestRooms rooms;

    private ConfigOperations(RestRooms rooms) {
        this.rooms = rooms;
    }

    static List<Route> all(RestRooms rooms) {
        ConfigOperations self = new ConfigOperations(rooms);
        return List.of(
                Route.get("/config", self::show),
                Route.post("/config:check", MAX_TEXT, self::check),
                Route.post("/config:plan", MAX_TEXT, self::plan),
                Route.post("/config:import", MAX_TEXT, self::imported),
                Route.post("/config:apply", MAX_TEXT, self::apply),
                Route.get("/config/generations", self::history),
                Route.get("/config/generations/{number}", self::kept),
                Route.post("/config/generations/{number}:restore", 0, self::restore));
    }

    private ConfigStore store() throws ProblemException {
        return rooms.need(rooms.config(), ConfigStore.class);
    }

    /** A strong validator (RFC 9110 §8.8.3): generation and text. */
    private static String tag(ConfigStore store) {
        int number = store.current().map(Generation::number).orElse(0);
        return "\"" + number + "-" + Secrets.digest(store.text()).substring(0, 16) + "\"";
    }

    /** Passwords are covered unless asked for: {@code ?secrets=true}. */
    private static String shown(Request request, String text) {
        return request.query("secrets", "false").equals("true") ? text : CoveredConfig.of(text);
    }

    private Reply show(Request request) throws ProblemException {
        String tag = tag(store());
        if (request.ifNoneMatch().filter(tag::equals).isPresent()) {
            return Reply.empty(304).with("ETag", tag);
        }
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("generation", store().current().map(Views::generation).orElse(null));
        view.put("text", shown(request, store().text()));
        return Reply.json(view).with("ETag", tag);
    }

    private Reply check(Request request) throws ProblemException {
        List<Map<String, Object>> problems =
                store().check(request.text(), NAME).stream().map(Views::problem).toList();
        Map<String, Object> view = new LinkedHashMap<>();
        view.put(
                "valid",
                problems.stream().noneMatch(problem -> problem.get("severity").equals("ERROR")));
        view.put("problems", problems);
        return Reply.json(view);
    }

    private Reply plan(Request request) throws ProblemException {
        try {
            return Reply.json(Map.of("changes", store().plan(request.text()))).with("ETag", tag(store()));
        } catch (ConfigException e) {
            throw refused(e);
        }
    }

    /** Changes nothing: the text that comes back is to be applied, with the ETag that comes with it. */
    private Reply imported(Request request) throws ProblemException {
        OutboundImport reader = rooms.need(rooms.outboundImport(), OutboundImport.class);
        String tag = tag(store());
        ImportPlan plan = reader.plan(List.of(new OutboundImport.Source("text", request.text())));
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("items", plan.entries().stream().map(Views::imported).toList());
        view.put("text", shown(request, plan.text()));
        return Reply.json(view).with("ETag", tag);
    }

    private Reply apply(Request request) throws ProblemException {
        ConfigStore store = store();
        requireMatch(request, store);
        try {
            Generation generation = store.apply(request.text(), AUTHOR, request.query("note", ""));
            return Reply.json(Views.generation(generation)).with("ETag", tag(store));
        } catch (ConfigException e) {
            throw refused(e);
        }
    }

    private Reply history(Request request) throws ProblemException {
        return Reply.items(store().history().stream().map(Views::generation).toList());
    }

    private Reply kept(Request request) throws ProblemException {
        int number = number(request);
        String text = store().text(number).orElseThrow(() -> absent(number));
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("number", number);
        view.put("text", shown(request, text));
        return Reply.json(view);
    }

    private Reply restore(Request request) throws ProblemException {
        ConfigStore store = store();
        int number = number(request);
        if (store.text(number).isEmpty()) {
            throw absent(number);
        }
        requireMatch(request, store);
        try {
            return Reply.json(Views.generation(store.rollBack(number, AUTHOR))).with("ETag", tag(store));
        } catch (ConfigException e) {
            throw refused(e);
        }
    }

    private static int number(Request request) throws ProblemException {
        return (int) Request.number(request.parameter("number"), "The generation", 1, Integer.MAX_VALUE);
    }

    private static ProblemException absent(int number) {
        return ProblemException.of(Problem.Kind.NOT_FOUND, "Generation " + number + " is not kept.");
    }

    private static void requireMatch(Request request, ConfigStore store) throws ProblemException {
        if (request.ifMatch().isEmpty()) {
            throw ProblemException.of(
                    Problem.Kind.PRECONDITION_REQUIRED, "Send the ETag of GET /api/v1/config as If-Match.");
        }
        if (!request.ifMatch().get().equals(tag(store))) {
            throw ProblemException.of(
                    Problem.Kind.PRECONDITION_FAILED,
                    "The configuration in force is another one now. Read it again, then decide.");
        }
    }

    private static ProblemException refused(ConfigException refused) {
        return ProblemException.of(
                Problem.Kind.INVALID_CONFIGURATION,
                refused.getMessage() + " The configuration in force has not changed.",
                refused.problems().stream().map(Views::problem).toList());
    }
}
