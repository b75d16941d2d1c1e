package io.sluice.shell;

import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.Commands;
import io.sluice.shell.engine.Session;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An interactive prompt on the terminal that the appliance was started from, only when the launcher set {@code sluice.console=true}. Our own
 * commands run directly, so that tables fit the terminal; every other line goes to Gogo. The end of input closes the prompt and never the
 * appliance.
 */
@Component(service = LocalConsole.class, immediate = true)
public final class LocalConsole {

    /** Framework property of the launcher. */
    static final String ENABLED = "sluice.console";

    /** Lines kept for the arrow keys; a week of heavy use. */
    private static final int HISTORY = 1_000;

    /** What a terminal that tells no size is taken for (the VT100's). */
    private static final Size SERIAL = new Size(80, 24);

    private static final Logger LOG = LoggerFactory.getLogger(LocalConsole.class);

    private final BundleContext context;
    private final CommandProcessor processor;

    @Reference(policy = ReferencePolicy.DYNAMIC)
    private volatile List<CommandScope> scopes = List.of();

    private volatile Terminal terminal;
    private volatile Thread running;

    @Activate
    public LocalConsole(BundleContext context, @Reference CommandProcessor processor) {
        this.context = context;
        this.processor = processor;
        if (Boolean.parseBoolean(context.getProperty(ENABLED))) {
            Thread.ofPlatform().daemon().name("sluice-console").start(this::run);
        }
    }

    @Deactivate
    void stop() {
        closed = true;
        Terminal open = terminal;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                LOG.debug("the console's terminal did not close in order", e);
            }
        }
        Thread command = running;
        if (command != null) {
            command.interrupt();
        }
    }

    private volatile boolean closed;

    private void run() {
        try (Terminal opened = openTerminal()) {
            terminal = opened;
            if (opened.getWidth() <= 0 || opened.getHeight() <= 0) {
                opened.setSize(SERIAL); // a serial line tells no size, and JLine draws nothing sensible in none
            }
            if (!closed) {
                talk(opened);
            }
        } catch (IOException e) {
            LOG.warn("no console: the terminal could not be opened: {}", e.getMessage());
        } catch (RuntimeException e) {
            if (!closed) {
                LOG.error("the console ended; the appliance goes on", e);
            }
        }
    }

    /** JLine finds its terminal providers by the thread's context loader; in a framework only its own bundle's loader has them. */
    private static Terminal openTerminal() throws IOException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(TerminalBuilder.class.getClassLoader());
        try {
            return TerminalBuilder.builder()
                    .name("sluice")
                    .system(true)
                    .dumb(true)
                    .nativeSignals(true)
                    .signalHandler(Terminal.SignalHandler.SIG_DFL)
                    .build();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private void talk(Terminal opened) {
        DefaultParser parser = new DefaultParser();
        parser.setEofOnUnclosedQuote(false);
        parser.setEscapeChars(null);
        LineReader reader = LineReaderBuilder.builder()
                .appName("sluice")
                .terminal(opened)
                .parser(parser)
                .completer(new ConsoleCompleter(this::commands))
                .variable(LineReader.HISTORY_SIZE, HISTORY)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.AUTO_FRESH_LINE, true)
                .build();
        String data = context.getProperty("sluice.data");
        if (data != null) {
            reader.setVariable(LineReader.HISTORY_FILE, Path.of(data, "console-history"));
        }
        PrintStream out = new PrintStream(opened.output(), true, StandardCharsets.UTF_8);
        out.println(
                "Sluice console. TAB completes, help lists the commands, Ctrl-D closes this prompt and not the appliance.");
        try (CommandSession session = processor.createSession(opened.input(), out, out)) {
            while (!closed) {
                try {
                    String line = reader.readLine("sluice> ");
                    perform(opened, parser, session, out, line.strip());
                } catch (UserInterruptException e) {
                    out.println("Ctrl-D closes the prompt; the next Ctrl-C stops the appliance."); // Ctrl-C cleared the
                    // line
                }
            }
        } catch (EndOfFileException e) {
            out.println("Console closed; the appliance goes on. Ctrl-C stops it.");
        }
    }

    private Commands commands() {
        return new Commands(scopes);
    }

    private void perform(Terminal opened, DefaultParser parser, CommandSession session, PrintStream out, String line) {
        if (line.isEmpty()) {
            return;
        }
        running = Thread.currentThread();
        Terminal.SignalHandler before = opened.handle(Terminal.Signal.INT, signal -> running.interrupt());
        try {
            ParsedLine words = parser.parse(line, line.length());
            Commands.Found ours = ours(words.words(), line);
            if (ours != null) {
                commands().run(ours, session(opened, out));
            } else {
                Object result = session.execute(line);
                if (result != null) {
                    out.println(session.format(result, org.apache.felix.service.command.Converter.INSPECT));
                }
            }
        } catch (CommandFailure e) {
            out.println(e.getMessage());
        } catch (InterruptedException e) {
            out.println();
        } catch (Exception e) { // Gogo's commands may throw anything; the prompt survives it
            out.println(e.getMessage() == null ? e.toString() : e.getMessage());
        } finally {
            Thread.interrupted();
            opened.handle(Terminal.Signal.INT, before);
            running = null;
            out.flush();
        }
    }

    /** The line as one of our commands, or null if it is for Gogo: another command, or a pipe, variable or closure. */
    private Commands.Found ours(List<String> words, String line) throws CommandFailure {
        Commands commands = commands();
        String first = words.getFirst();
        String noun = first.indexOf(':') > 0 ? first.substring(0, first.indexOf(':')) : first;
        boolean known = commands.scope(noun).isPresent()
                || commands.scope(CommandScope.ROOT)
                        .flatMap(root -> root.verb(first))
                        .isPresent();
        if (known && line.indexOf('|') < 0) {
            return commands.find(words);
        }
        if (!known && first.indexOf(':') < 0 && first.chars().allMatch(Character::isLetter) && !gogoKnows(first)) {
            return commands.find(words); // fails with the nearest name
        }
        return null;
    }

    private boolean gogoKnows(String word) {
        try {
            return context.getServiceReferences((String) null, "(osgi.command.function=" + word + ")") != null;
        } catch (org.osgi.framework.InvalidSyntaxException e) {
            return false; // letters only, so the filter is always well-formed
        }
    }

    private static Session session(Terminal opened, PrintStream out) {
        return new Session(
                out,
                opened.input(),
                true,
                System.getenv("NO_COLOR") == null,
                Math.max(20, opened.getWidth()),
                Path.of("").toAbsolutePath(),
                "console",
                Clock.systemUTC(),
                Thread::sleep);
    }
}
