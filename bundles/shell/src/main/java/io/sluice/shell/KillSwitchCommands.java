package io.sluice.shell;

import io.sluice.api.killswitch.KillSwitch;
import io.sluice.api.killswitch.KillSwitchException;
import io.sluice.api.killswitch.KillSwitchMode;
import io.sluice.api.killswitch.KillSwitchStatus;
import io.sluice.api.killswitch.LeakProof;
import io.sluice.shell.engine.Amounts;
import io.sluice.shell.engine.Call;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.ExitCode;
import io.sluice.shell.engine.Table;
import io.sluice.shell.engine.Verb;
import io.sluice.view.KillSwitchViews;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code killswitch}: the packet-filter rules that hold when everything else fails. */
@Component(service = CommandScope.class)
public final class KillSwitchCommands implements CommandScope {

    private static final List<String> MODES = List.of("off", "auto", "lockdown");

    /** What the kill switch keeps for the next boot; the platform's fragment writes them. */
    private static final List<String> BOOT_FILES = List.of("boot.nft", "sluice-killswitch-boot.service");

    private final ShellRooms rooms;

    @Activate
    public KillSwitchCommands(@Reference ShellRooms rooms) {
        this.rooms = rooms;
    }

    @Override
    public String name() {
        return "killswitch";
    }

    @Override
    public String summary() {
        return "rules of the host that hold when everything else fails (ks for short)";
    }

    @Override
    public List<Verb> verbs() {
        return List.of(
                Verb.named("status", "How the kill switch stands")
                        .runs(call -> show(call, killSwitch().status())),
                Verb.named("mode", "Set the mode, now and after a restart")
                        .arguments("off|auto|lockdown", 1)
                        .flag("--yes", "yes, close this machine at once (lockdown), or open it (off)")
                        .example("killswitch mode auto")
                        .offers(option -> MODES)
                        .runs(this::mode),
                Verb.named("arm", "The same as: mode auto").runs(call -> set(call, KillSwitchMode.AUTO)),
                Verb.named("disarm", "Mode off: remove the rules and put back what was changed")
                        .flag("--yes", "yes, let everything pass")
                        .runs(this::disarm),
                Verb.named("prove", "Send canaries past the tunnel; ends with 1 unless none got out")
                        .runs(this::prove),
                Verb.named("show", "The rules in force").runs(this::rules),
                Verb.named("boot-rules", "What closes this machine before the appliance runs")
                        .runs(this::bootRules),
                Verb.named("diag", "What an operator must know").runs(this::diag));
    }

    private KillSwitch killSwitch() throws CommandFailure {
        return rooms.need(rooms.killSwitch(), KillSwitch.class);
    }

    private void mode(Call call) throws CommandFailure {
        String word = call.argument(0, "mode").toLowerCase(Locale.ROOT);
        if (!MODES.contains(word)) {
            throw call.usage("'" + word + "' is no mode: off, auto or lockdown");
        }
        KillSwitchMode mode = KillSwitchMode.valueOf(word.toUpperCase(Locale.ROOT));
        if (mode == KillSwitchMode.OFF) {
            disarm(call);
            return;
        }
        if (mode == KillSwitchMode.LOCKDOWN && !call.has("--yes")) {
            throw new CommandFailure(
                    ExitCode.REFUSED,
                    "Lockdown closes this machine at once: only what killSwitch allows in the configuration (allowLan, inputPorts) "
                            + "still reaches it. If that is meant: killswitch mode lockdown --yes");
        }
        set(call, mode);
    }

    private void set(Call call, KillSwitchMode mode) throws CommandFailure {
        try {
            show(call, killSwitch().mode(mode));
        } catch (KillSwitchException e) {
            throw failed(call, e);
        }
    }

    private void disarm(Call call) throws CommandFailure {
        if (!call.has("--yes")) {
            throw new CommandFailure(
                    ExitCode.REFUSED,
                    "Disarming lets everything pass, also while the tunnel is down. If that is meant: killswitch disarm --yes");
        }
        try {
            show(call, killSwitch().disarm());
        } catch (KillSwitchException e) {
            throw failed(call, e);
        }
    }

    private static CommandFailure failed(Call call, KillSwitchException e) {
        return call.failed(e.code() + ": " + e.getMessage());
    }

    private static void show(Call call, KillSwitchStatus status) {
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.killswitch/1");
            view.putAll(KillSwitchViews.status(status));
            call.print(view);
            return;
        }
        call.line(status.state() + ": " + status.reason());
        call.line("  mode      " + status.mode().name().toLowerCase(Locale.ROOT));
        call.line("  since     " + status.since() + " ("
                + Amounts.time(
                        Duration.between(status.since(), call.session().clock().instant())) + ")");
        for (KillSwitchStatus.Drops drops : status.drops()) {
            if (drops.packets() > 0) {
                call.line("  held back " + drops.packets() + " packets (" + drops.kind() + ")");
            }
        }
        if (status.heals() > 0) {
            call.line("  put back  " + status.heals() + " times, after others had changed the rules"
                    + status.lastHeal()
                            .map(heal -> "; the last time at " + heal.at() + " in "
                                    + heal.took().toMillis() + " ms")
                            .orElse(""));
        }
        status.limitations().forEach(sentence -> call.line("  note      " + sentence));
    }

    private void prove(Call call) throws CommandFailure {
        LeakProof proof;
        try {
            proof = killSwitch().prove();
        } catch (KillSwitchException e) {
            throw failed(call, e);
        }
        if (!proof.holds()) {
            call.exit(ExitCode.FAILED);
        }
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.leak-proof/1");
            view.putAll(KillSwitchViews.proof(proof));
            call.print(view);
            return;
        }
        Table table = new Table("", "canary", "to", "by", "outcome", "what the host answered");
        for (LeakProof.Canary canary : proof.canaries()) {
            table.row(
                    canary.kind(),
                    canary.destination(),
                    canary.way(),
                    canary.outcome().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    canary.detail());
        }
        if (!proof.canaries().isEmpty()) {
            call.print(table);
        }
        call.line(proof.sentence());
    }

    private void rules(Call call) throws CommandFailure {
        List<String> rules;
        try {
            rules = killSwitch().show();
        } catch (KillSwitchException e) {
            throw failed(call, e);
        }
        if (call.json()) {
            Map<String, Object> view = new LinkedHashMap<>();
            view.put("schema", "sluice.killswitch-rules/1");
            view.put("items", rules);
            call.print(view);
        } else if (rules.isEmpty()) {
            call.line("No rules of this process are in force.");
        } else {
            rules.forEach(line -> print(call, line));
        }
    }

    /** A terminal shows spaces; a tab would be shown as what it is. */
    private static void print(Call call, String line) {
        call.line(line.replace("\t", "    "));
    }

    /** Needs the appliance's data only, not the kill switch: it is for the time before both. */
    private void bootRules(Call call) throws CommandFailure, IOException {
        Path folder = rooms.directory("sluice.data")
                .map(data -> data.resolve("killswitch"))
                .orElseThrow(() -> call.failed("The appliance has no data folder."));
        for (String name : BOOT_FILES) {
            Path file = folder.resolve(name);
            if (!Files.exists(file)) {
                throw call.failed("There is no " + file
                        + " yet: it is written when a mode other than off is set. See: killswitch mode auto");
            }
            call.line("# " + file.toAbsolutePath());
            Files.readString(file).lines().forEach(line -> print(call, line));
        }
    }

    private void diag(Call call) throws CommandFailure {
        KillSwitchStatus status = killSwitch().status();
        call.line("The kill switch is " + status.state() + ": " + status.reason());
        if (status.limitations().isEmpty()) {
            call.line("Nothing is wrong with it.");
        }
        status.limitations().forEach(call::line);
    }
}
