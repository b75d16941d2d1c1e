package io.sluice.rest;

import io.sluice.rest.engine.Problem;
import io.sluice.rest.engine.ProblemException;
import io.sluice.rest.engine.Request;
import io.sluice.rest.engine.Router;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardContextSelect;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** Serves {@code /api}: finds the operation, reads what it accepts, and writes its answer or problem. */
@Component(service = Servlet.class)
@HttpWhiteboardContextSelect(ConsoleContext.SELECT)
@HttpWhiteboardServletPattern("/api/*")
public final class RestServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private static final String PREFIX = "/api/v1";

    /** Octets of a body that is refused for its size: four times the largest that is taken. */
    private static final int LINGER = 16 << 20;

    /** Jetty's own time for such a rest is its idle time-out, again for each octet; ours: what 16 MiB take at 27 Mbit/s. */
    private static final Duration LINGER_TIME = Duration.ofSeconds(5);

    private final transient Router router;

    @Activate
    public RestServlet(@Reference RestRooms rooms, @Reference FrontDoor door) {
        router = new Router(Operations.all(rooms, door));
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            String path = request.getRequestURI();
            if (!path.startsWith(PREFIX + "/")) {
                throw ProblemException.of(Problem.Kind.NOT_FOUND, "The interface is below " + PREFIX + ".");
            }
            Router.Match match = router.find(request.getMethod(), path.substring(PREFIX.length()));
            Request call = new Request(
                    request.getMethod(),
                    path,
                    match.parameters(),
                    query(request.getQueryString()),
                    Optional.ofNullable(request.getHeader("If-Match")),
                    Optional.ofNullable(request.getHeader("If-None-Match")),
                    GuardFilter.session(request),
                    body(request, match.route().maxBody()));
            Answers.send(request, response, match.route().action().answer(call));
        } catch (ProblemException e) {
            if (e.problem().kind() == Problem.Kind.TOO_LARGE) {
                refuseTheRest(request, response, e.problem());
            } else {
                Answers.send(request, response, e.problem());
            }
        }
    }

    /**
     * RFC 9112 §9.6: who is still sending when the connection is closed may never read the answer, so what comes behind it is taken, up to a bound of
     * octets, and of time as far as Jetty's idle time-out lets a read end. Who asked whether to send anything (RFC 9110 §10.1.1) sends nothing.
     */
    private static void refuseTheRest(HttpServletRequest request, HttpServletResponse response, Problem problem)
            throws IOException {
        response.setHeader("Connection", "close");
        Answers.send(request, response, problem);
        response.flushBuffer();
        if (request.getHeader("Expect") == null) {
            ServletInputStream rest = request.getInputStream();
            byte[] octets = new byte[8_192];
            int left = LINGER;
            long end = System.nanoTime() + LINGER_TIME.toNanos();
            for (int read = 0; left > 0 && read >= 0 && System.nanoTime() - end < 0; left -= read) {
                read = rest.read(octets);
            }
        }
    }

    private static byte[] body(HttpServletRequest request, int max) throws IOException, ProblemException {
        if (request.getContentLengthLong() > max) {
            throw ProblemException.of(Problem.Kind.TOO_LARGE, "The body may have " + max + " octets here.");
        }
        byte[] body = request.getInputStream().readNBytes(max + 1);
        if (body.length > max) {
            throw ProblemException.of(Problem.Kind.TOO_LARGE, "The body may have " + max + " octets here.");
        }
        return body;
    }

    private static Map<String, String> query(String text) throws ProblemException {
        Map<String, String> query = new HashMap<>();
        if (text == null) {
            return query;
        }
        try {
            for (String pair : text.split("&")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    query.put(
                            URLDecoder.decode(pair.substring(0, equals), StandardCharsets.UTF_8),
                            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
                }
            }
        } catch (IllegalArgumentException e) {
            throw ProblemException.of(Problem.Kind.BAD_REQUEST, "The query is not percent-encoded.");
        }
        return query;
    }
}
