package io.sluice.shell;

import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.Verb;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code ks}: the commands of {@link KillSwitchCommands} for who is in a hurry. */
@Component(service = CommandScope.class)
public final class KillSwitchAlias implements CommandScope {

    private final KillSwitchCommands commands;

    @Activate
    public KillSwitchAlias(@Reference ShellRooms rooms) {
        this.commands = new KillSwitchCommands(rooms);
    }

    @Override
    public String name() {
        return "ks";
    }

    @Override
    public String summary() {
        return "short for killswitch";
    }

    @Override
    public List<Verb> verbs() {
        return commands.verbs();
    }
}
