package io.sluice.shell;

import io.sluice.api.tun.TunDriver;
import io.sluice.api.tunnel.TunnelController;
import io.sluice.shell.engine.Call;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.Table;
import io.sluice.shell.engine.Verb;
import java.io.IOException;
import java.net.NetworkInterface;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;

/** {@code tun}: the devices. */
@Component(service = CommandScope.class)
public final class TunCommands implements CommandScope {

    private final ShellRooms rooms;

    @Reference(service = TunDriver.class, policy = ReferencePolicy.DYNAMIC)
    private volatile List<ServiceReference<TunDriver>> drivers = List.of();

    @Activate
    public TunCommands(@Reference ShellRooms rooms) {
        this.rooms = rooms;
    }

    @Override
    public String name() {
        return "tun";
    }

    @Override
    public String summary() {
        return "TUN devices and their drivers";
    }

    @Override
    public List<Verb> verbs() {
        return List.of(Verb.named("show", "Show the drivers, and the tunnel's device while there is one")
                .runs(this::show));
    }

    private void show(Call call) throws CommandFailure, IOException {
        List<String> names = drivers.stream()
                .map(reference -> String.valueOf(reference.getProperty(TunDriver.DRIVER)))
                .sorted()
                .toList();
        if (names.isEmpty()) {
            rooms.need(Optional.empty(), TunDriver.class);
        }
        Optional<String> name = rooms.tunnel().map(TunnelController::status).flatMap(status -> status.device());
        NetworkInterface device = name.isPresent() ? NetworkInterface.getByName(name.get()) : null;
        Map<String, Object> view = new LinkedHashMap<>();
        view.put("schema", "sluice.tun/1");
        view.put("drivers", names);
        view.put("device", device == null ? null : NetworkInterfaces.view(device));
        if (call.json()) {
            call.print(view);
            return;
        }
        call.line("drivers  " + String.join(", ", names));
        if (name.isEmpty()) {
            call.line("device   none: the tunnel is not up");
            return;
        }
        call.line("device   " + name.get());
        if (device != null) {
            Table table = new Table("", "property", "value");
            NetworkInterfaces.view(device).forEach(table::row);
            call.print(table);
        }
    }
}
