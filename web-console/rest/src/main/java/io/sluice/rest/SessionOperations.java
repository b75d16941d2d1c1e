package io.sluice.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.sluice.rest.engine.Access;
import io.sluice.rest.engine.Problem;
import io.sluice.rest.engine.ProblemException;
import io.sluice.rest.engine.Reply;
import io.sluice.rest.engine.Request;
import io.sluice.rest.engine.Route;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Logging in and out. */
final class SessionOperations {

    /** A token or a code and their name. */
    private static final int MAX_BODY = 512;

    private static final JsonFactory JSON = new JsonFactory();

    private final Access access;

    private SessionOperations(Access access) {
        this.access = access;
    }

    static List<Route> all(Access access) {
        SessionOperations self = new SessionOperations(access);
        return List.of(
                Route.post("/session", MAX_BODY, self::logIn),
                Route.get("/session", request -> Reply.json(Map.of("authenticated", true))),
                Route.delete("/session", self::logOut));
    }

    private Reply logOut(Request request) {
        request.session().ifPresent(access::endSession);
        return Reply.empty(204).with("Set-Cookie", cookie("", 0));
    }

    private Reply logIn(Request request) throws ProblemException {
        Map<String, String> fields = fields(request.body());
        String token = fields.get("token");
        String code = fields.get("code");
        boolean valid = token != null ? access.token(token) : code != null && access.code(code);
        if (!valid) {
            Problem wrong = Answers.wrongCredentials(access);
            throw ProblemException.of(wrong.kind(), wrong.detail());
        }
        return Reply.json(Map.of("authenticated", true))
                .with("Set-Cookie", cookie(access.newSession(), Access.SESSION_LIFE.toSeconds()));
    }

    /** RFC 6265bis: not for scripts, never sent by foreign pages. Without Secure, because the console speaks plain HTTP on loopback. */
    private static String cookie(String value, long seconds) {
        return GuardFilter.COOKIE + "=" + value + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + seconds;
    }

    private static Map<String, String> fields(byte[] body) throws ProblemException {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser parser = JSON.createParser(body)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw ProblemException.of(Problem.Kind.BAD_REQUEST, "Send {\"token\":\"…\"} or {\"code\":\"…\"}.");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (parser.nextToken() != JsonToken.VALUE_STRING) {
                    throw ProblemException.of(Problem.Kind.BAD_REQUEST, name + " must be a string.");
                }
                fields.put(name, parser.getText());
            }
            return fields;
        } catch (IOException e) {
            throw ProblemException.of(Problem.Kind.BAD_REQUEST, "The body is not JSON.");
        }
    }
}
