package io.sluice.rest;

import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.rest.engine.Problem;
import io.sluice.rest.engine.ProblemException;
import io.sluice.rest.engine.Reply;
import io.sluice.rest.engine.Request;
import io.sluice.rest.engine.Route;
import io.sluice.view.KillSwitchViews;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The kill switch: how it stands, an operator's commands, and the proof. */
final class KillSwitchOperations {

    /** A word of the mode. */
    private static final int MAX_BODY = 64;

    /** What a command of the kill switch answers with. */
    @FunctionalInterface
    private interface Command<T> {
        T run(KillSwitch killSwitch) throws KillSwitchException;
    }

    private final RestRooms rooms;

    private KillSwitchOperations(RestRooms rooms) {
        this.rooms = rooms;
    }

    static List<Route> all(RestRooms rooms) {
        KillSwitchOperations self = new KillSwitchOperations(rooms);
        return List.of(
                Route.get("/killswitch", request -> Reply.json(KillSwitchViews.status(self.run(KillSwitch::status)))),
                Route.get("/killswitch/rules", request -> Reply.json(Map.of("items", self.run(KillSwitch::show)))),
                Route.put("/killswitch/mode", MAX_BODY, self::mode),
                Route.post(
                        "/killswitch:disarm",
                        0,
                        request -> Reply.json(KillSwitchViews.status(self.run(KillSwitch::disarm)))),
                Route.post(
                        "/killswitch:prove",
                        0,
                        request -> Reply.json(KillSwitchViews.proof(self.run(KillSwitch::prove)))));
    }

    private Reply mode(Request request) throws ProblemException {
        KillSwitchMode mode;
        try {
            mode = KillSwitchMode.valueOf(request.text().strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw ProblemException.of(
                    Problem.Kind.BAD_REQUEST, "The body is the mode as plain text: off, auto or lockdown.");
        }
        return Reply.json(KillSwitchViews.status(run(killSwitch -> killSwitch.mode(mode))));
    }

    private <T> T run(Command<T> command) throws ProblemException {
        try {
            return command.run(rooms.need(rooms.killSwitch(), KillSwitch.class));
        } catch (KillSwitchException e) {
            throw ProblemException.of(
                    Problem.Kind.CONFLICT,
                    e.getMessage(),
                    List.of(Map.of("code", e.code().name())));
        }
    }
}
