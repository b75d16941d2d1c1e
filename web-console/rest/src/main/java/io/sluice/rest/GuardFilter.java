package io.sluice.rest;

import io.sluice.rest.engine.Access;
import io.sluice.rest.engine.OpenPath;
import io.sluice.rest.engine.Problem;
import io.sluice.rest.engine.SecurityHeaders;
import io.sluice.rest.engine.Visitor;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardContextSelect;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardFilterAsyncSupported;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardFilterDispatcher;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardFilterPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before every request: sets the security fields, turns away what a foreign page could have caused, and lets nobody without
 * credentials further than to the page's files and the login.
 */
@Component(service = Filter.class, property = "service.ranking:Integer=1000")
@HttpWhiteboardContextSelect(ConsoleContext.SELECT)
@HttpWhiteboardFilterPattern("/*")
@HttpWhiteboardFilterDispatcher({DispatcherType.REQUEST, DispatcherType.ASYNC, DispatcherType.ERROR})
@HttpWhiteboardFilterAsyncSupported
public final class GuardFilter implements Filter {

    /** A cookie of this name holds the session's secret. */
    static final String COOKIE = "sluice_session";

    private static final String BEARER = "Bearer ";

    private static final Logger LOG = LoggerFactory.getLogger(GuardFilter.class);

    private final FrontDoor door;

    @Activate
    public GuardFilter(@Reference FrontDoor door) {
        this.door = door;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) throws ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        HttpServletResponse answer = (HttpServletResponse) response;
        try {
            guard(http, answer, chain);
        } catch (IOException e) {
            // Not passed on: the server would write its trace to the log, so anybody could fill that.
            door.requests().cutOff.increment();
            LOG.debug("{} {} was cut off", http.getMethod(), http.getRequestURI(), e);
            answerWhoOnlyStoppedSending(http, answer);
        }
    }

    /** A body that ends early comes from a client that has closed one direction of its connection at least. */
    private static void answerWhoOnlyStoppedSending(HttpServletRequest request, HttpServletResponse response) {
        if (response.isCommitted()) {
            return;
        }
        try {
            response.setHeader("Connection", "close");
            Answers.send(
                    request,
                    response,
                    new Problem(Problem.Kind.BAD_REQUEST, "The request ended before its body was whole."));
        } catch (IOException e) {
            LOG.trace("the client has closed the other direction too", e);
        }
    }

    private void guard(HttpServletRequest http, HttpServletResponse answer, FilterChain chain)
            throws IOException, ServletException {
        SecurityHeaders.all().forEach(answer::setHeader);
        Optional<Problem> refusal = refusal(http);
        if (refusal.isPresent()) {
            if (http.getContentLengthLong() != 0) {
                answer.setHeader(
                        "Connection", "close"); // its body is not read, so nothing can follow on this connection
            }
            door.requests().refused.increment();
            Answers.send(http, answer, refusal.get());
            return;
        }
        door.requests().admitted.increment();
        try {
            chain.doFilter(http, answer);
        } catch (RuntimeException e) {
            door.requests().failed.increment();
            LOG.error("{} {} failed", http.getMethod(), http.getRequestURI(), e);
            if (!answer.isCommitted()) {
                answer.resetBuffer();
                Answers.send(http, answer, new Problem(Problem.Kind.INTERNAL, "The log of the appliance says how."));
            }
        }
    }

    private Optional<Problem> refusal(HttpServletRequest request) {
        String authorization = request.getHeader("Authorization");
        Optional<String> session = session(request);
        Visitor visitor = new Visitor(
                request.getMethod(),
                request.getHeader("Host"),
                request.getHeader("Origin"),
                request.getHeader("Sec-Fetch-Site"),
                authorization == null && session.isPresent());
        boolean page = OpenPath.is(request.getRequestURI());
        // A link from another site may lead to the page itself; nothing is done by it.
        Visitor seen = page && request.getMethod().equals("GET")
                ? new Visitor(visitor.method(), visitor.host(), visitor.origin(), null, visitor.cookie())
                : visitor;
        Optional<Problem> refusal = seen.refusal(Set.of());
        if (refusal.isPresent() || page || isLogin(request)) {
            return refusal;
        }
        Access access = door.access();
        if (authorization != null
                ? authorization.startsWith(BEARER) && access.token(authorization.substring(BEARER.length()))
                : session.filter(access::session).isPresent()) {
            return Optional.empty();
        }
        if (authorization == null) {
            return Optional.of(new Problem(
                    Problem.Kind.UNAUTHENTICATED, "Send the token as a bearer token, or log in: sluice console-url"));
        }
        return Optional.of(Answers.wrongCredentials(access));
    }

    private static boolean isLogin(HttpServletRequest request) {
        return request.getRequestURI().equals("/api/v1/session")
                && request.getMethod().equals("POST");
    }

    static Optional<String> session(HttpServletRequest request) {
        Cookie[] cookies = request.getCookies();
        return cookies == null
                ? Optional.empty()
                : Arrays.stream(cookies)
                        .filter(cookie -> cookie.getName().equals(COOKIE))
                        .map(Cookie::getValue)
                        .findFirst();
    }
}
