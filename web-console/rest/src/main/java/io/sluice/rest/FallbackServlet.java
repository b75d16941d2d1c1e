package io.sluice.rest;

import io.sluice.rest.engine.Problem;
import io.sluice.rest.engine.Reply;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardContextSelect;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletErrorPage;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;

/** Answers what nothing else is there for, so that the guard sees every request; leads from {@code /} to the page. */
@Component(service = Servlet.class)
@HttpWhiteboardContextSelect(ConsoleContext.SELECT)
@HttpWhiteboardServletPattern("/")
@HttpWhiteboardServletErrorPage(errorPage = {"4xx", "5xx"})
public final class FallbackServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Object failed = request.getAttribute("jakarta.servlet.error.status_code");
        if (failed instanceof Integer status) {
            Answers.send(request, response, new Problem(Problem.kindOf(status), "The request was refused."));
        } else if (request.getMethod().equals("GET") && request.getRequestURI().equals("/")) {
            Answers.send(request, response, Reply.empty(302).with("Location", "/ui/"));
        } else {
            Answers.send(
                    request,
                    response,
                    new Problem(Problem.Kind.NOT_FOUND, "There is no such page. The console is at /ui/."));
        }
    }
}
