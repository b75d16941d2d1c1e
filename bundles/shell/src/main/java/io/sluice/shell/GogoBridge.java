package io.sluice.shell;

import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.Commands;
import io.sluice.shell.engine.Session;
import io.sluice.shell.engine.Verb;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Registers every verb of every scope as the Gogo command {@code scope:verb}. The command prints its result and returns nothing, so it works
 * alone and in a pipe; a failure is thrown with the sentence.
 */
@Component(service = GogoBridge.class, immediate = true)
public final class GogoBridge {

    /** A pipe or a file has no width; tables are never cut to it. */
    private static final int COLUMNS = 80;

    private final BundleContext context;
    private final Map<CommandScope, List<ServiceRegistration<?>>> registered = new ConcurrentHashMap<>();

    @Activate
    public GogoBridge(BundleContext context) {
        this.context = context;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addScope(CommandScope scope) {
        List<ServiceRegistration<?>> registrations = new ArrayList<>();
        for (Verb verb : scope.verbs()) {
            Dictionary<String, Object> properties = new Hashtable<>();
            properties.put(CommandProcessor.COMMAND_SCOPE, scope.name());
            properties.put(CommandProcessor.COMMAND_FUNCTION, verb.name());
            Function function = (session, words) -> run(scope, verb, session, words);
            registrations.add(context.registerService(Function.class, function, properties));
        }
        registered.put(scope, registrations);
    }

    void removeScope(CommandScope scope) {
        List<ServiceRegistration<?>> registrations = registered.remove(scope);
        if (registrations != null) {
            registrations.forEach(ServiceRegistration::unregister);
        }
    }

    private static Object run(CommandScope scope, Verb verb, CommandSession session, List<Object> words)
            throws Exception {
        List<String> rest = words.stream().map(String::valueOf).toList();
        // Gogo gives each command of a pipe its own System.in and System.out.
        Session here = new Session(
                System.out,
                System.in,
                false,
                false,
                COLUMNS,
                session.currentDir() == null ? Path.of("") : session.currentDir(),
                "console",
                Clock.systemUTC(),
                Thread::sleep);
        new Commands(List.of(scope)).run(new Commands.Found(scope, verb, rest), here);
        return null;
    }
}
