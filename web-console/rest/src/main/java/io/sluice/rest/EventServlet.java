package io.sluice.rest;

import io.sluice.api.flow.FlowSnapshot;
import io.sluice.api.flow.FlowTable;
import io.sluice.rest.engine.Problem;
import io.sluice.rest.engine.Pulse;
import io.sluice.view.Status;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardContextSelect;
import org.osgi.service.servlet.whiteboard.propertytypes.HttpWhiteboardServletPattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event stream (WHATWG HTML §9.2, server-sent events): status when it changes, rates every second, changed flows, and notices of what
 * happened. A listener first gets the present state. Each has a queue of a few seconds; when it is full the listener is too slow and its connection ends: it will come back
 * and start from the present.
 */
@Component(service = Servlet.class)
@HttpWhiteboardContextSelect(ConsoleContext.SELECT)
@HttpWhiteboardServletPattern("/api/v1/events")
public final class EventServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private static final Duration BEAT = Duration.ofSeconds(1);

    /** Pages open at once; each holds a connection and a virtual thread. */
    static final int MAX_LISTENERS = 16;

    /** About ten seconds of events; with the largest flow event of some 150 kB well under 1 MiB in the usual case. */
    private static final int QUEUE = 32;

    /** A browser gives up on a silent stream after about a minute, a proxy after half of it. */
    private static final int KEEP_ALIVE_SECONDS = 15;

    private static final Logger LOG = LoggerFactory.getLogger(EventServlet.class);

    /** One open page. */
    private static final class Listener {
        private final BlockingQueue<Pulse.Event> queue = new ArrayBlockingQueue<>(QUEUE);
        private volatile boolean lost;
    }

    private final transient RestRooms rooms;
    private final transient FrontDoor door;
    private final transient Pulse pulse = new Pulse();
    private final transient Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private final transient Notices notices;
    private final transient Consumer<Pulse.Event> taker = event -> send(List.of(event));
    private final transient Thread beating;

    @Activate
    public EventServlet(@Reference RestRooms rooms, @Reference FrontDoor door, @Reference Notices notices) {
        this.rooms = rooms;
        this.door = door;
        this.notices = notices;
        notices.add(taker);
        beating = Thread.ofVirtual().name("sluice-rest-pulse").start(this::beat);
    }

    @Deactivate
    void stop() {
        notices.remove(taker);
        beating.interrupt();
        listeners.forEach(listener -> listener.lost = true);
    }

    private void beat() {
        try {
            while (true) {
                Thread.sleep(BEAT);
                try {
                    send(pulse.beat(Status.of(rooms), listeners.isEmpty() ? List.of() : live(), Instant.now()));
                } catch (RuntimeException e) {
                    LOG.debug("a room went away while it was asked; the next second is asked again", e);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("the pulse has stopped");
        }
    }

    private List<FlowSnapshot> live() {
        return rooms.flows().map(FlowTable::live).orElse(List.of());
    }

    private void send(List<Pulse.Event> events) {
        for (Listener listener : listeners) {
            for (Pulse.Event event : events) {
                if (!listener.queue.offer(event)) {
                    listener.lost = true;
                }
            }
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (listeners.size() >= MAX_LISTENERS) {
            Answers.send(
                    request,
                    response,
                    new Problem(Problem.Kind.TOO_MANY_REQUESTS, MAX_LISTENERS + " pages are open already. Close one."));
            return;
        }
        describe(response);
        ServletOutputStream out = response.getOutputStream();
        Listener listener = new Listener();
        try {
            // First the present, then what changes: registered before, so nothing falls between; a repeated value does
            // no harm.
            listeners.add(listener);
            out.write("retry: 2000\n\n".getBytes(StandardCharsets.US_ASCII));
            for (Pulse.Event event : pulse.opening(live())) {
                write(out, event);
            }
            out.flush();
            while (!listener.lost && stillWelcome(request)) {
                Pulse.Event event = listener.queue.poll(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
                if (event == null) {
                    out.write(":\n\n".getBytes(StandardCharsets.US_ASCII));
                } else {
                    write(out, event);
                }
                if (listener.queue.isEmpty()) {
                    out.flush();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the server is stopping
        } catch (IOException e) {
            LOG.debug("a page was closed");
        } finally {
            listeners.remove(listener);
        }
    }

    /** The fields alone: nobody listens. */
    @Override
    protected void doHead(HttpServletRequest request, HttpServletResponse response) {
        describe(response);
    }

    private static void describe(HttpServletResponse response) {
        response.setContentType("text/event-stream");
        response.setCharacterEncoding("UTF-8");
    }

    /** A browser that has logged out, or whose session has ended, is sent nothing more. */
    private boolean stillWelcome(HttpServletRequest request) {
        return request.getHeader("Authorization") != null
                || GuardFilter.session(request).filter(door.access()::session).isPresent();
    }

    private static void write(ServletOutputStream out, Pulse.Event event) throws IOException {
        out.write(("event: " + event.name() + "\ndata: " + event.data() + "\n\n").getBytes(StandardCharsets.UTF_8));
    }
}
