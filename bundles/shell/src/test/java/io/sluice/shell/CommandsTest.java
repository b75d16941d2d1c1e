package io.sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.api.flow.CloseReason;
import io.sluice.api.flow.OutboundTrouble;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.CommandScope;
import io.sluice.shell.engine.Commands;
import io.sluice.shell.engine.Completion;
import io.sluice.shell.engine.ExitCode;
import io.sluice.shell.engine.Session;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {

    private final FixedRooms rooms = new FixedRooms();
    private final Commands commands = new Commands(scopes(rooms));

    @TempDir
    private Path directory;

    static List<CommandScope> scopes(ShellRooms rooms) {
        return List.of(
                new RootCommands(rooms),
                new TunnelCommands(rooms),
                new TunCommands(rooms),
                new RouteCommands(rooms),
                new KillSwitchCommands(rooms),
                new KillSwitchAlias(rooms),
                new FlowCommands(rooms),
                new OutboundCommands(rooms),
                new InboundCommands(rooms),
                new RuleCommands(rooms),
                new ConfCommands(rooms),
                new NetCommands(rooms));
    }

    private record Answer(ExitCode exit, String out, String error) {}

    private Answer run(String line) {
        return run(line, "");
    }

    private Answer run(String line, String input) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        Session session = new Session(
                out,
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                false,
                false,
                80,
                directory,
                "shell",
                Clock.fixed(FixedRooms.NOW, ZoneOffset.UTC),
                time -> {});
        ExitCode exit;
        String error = "";
        try {
            exit = commands.run(commands.find(List.of(line.split(" "))), session);
        } catch (CommandFailure e) {
            exit = e.code();
            error = e.getMessage();
        } catch (Exception e) {
            throw new AssertionError(line, e);
        }
        return new Answer(exit, bytes.toString(StandardCharsets.UTF_8), error);
    }

    @Test
    void everyCommandWithoutRooms_answersWithASentence_neverAnException() {
        for (CommandScope scope : commands.scopes()) {
            scope.verbs().forEach(verb -> {
                String argument = verb.arguments().isEmpty() || verb.arguments().startsWith("[") ? "" : " 1";
                Answer answer = run(scope.name() + " " + verb.name() + argument
                        + (verb.name().equals("watch") || verb.name().equals("top") ? " --count 1" : ""));
                assertThat(answer.out() + answer.error())
                        .as("%s %s", scope.name(), verb.name())
                        .isNotBlank()
                        .doesNotContain("Exception");
            });
        }
    }

    @Test
    void killSwitch_whatCannotBeTakenBackWantsAYes() {
        for (String line :
                List.of("killswitch disarm", "ks disarm", "killswitch mode off", "killswitch mode lockdown")) {
            Answer answer = run(line);
            assertThat(answer.exit()).as(line).isEqualTo(ExitCode.REFUSED);
            assertThat(answer.error()).as(line).contains("--yes");
        }
        assertThat(run("killswitch mode closed").exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run("killswitch disarm --yes").error()).startsWith("KillSwitch is not active");
    }

    @Test
    void absentService_isNamedWithTheNextStep() {
        Answer answer = run("flow list");
        assertThat(answer.exit()).isEqualTo(ExitCode.FAILED);
        assertThat(answer.error())
                .isEqualTo("FlowTable is not active: the component runtime is not active. See: sluice diag");
    }

    @Test
    void flowList_asTable() {
        FixedRooms.Table table = new FixedRooms.Table();
        table.live.add(FixedRooms.flow(7, "example.com", 443));
        table.live.add(FixedRooms.flow(8, "evil\u001b]0;x\u0007\u202e.example", 80));
        rooms.flows = table;
        assertThat(run("flow list").out()).isEqualTo("""
                        id  net  source          destination                            inbound  outbound  state       up    down    age
                         8  tcp  10.0.0.2:40000  evil\\u001b]0;x\\u0007\\u202e.example:80  tun0     proxy     ACTIVE  1.2 kB  5.7 MB  1m15s
                         7  tcp  10.0.0.2:40000  example.com:443                        tun0     proxy     ACTIVE  1.2 kB  5.7 MB  1m15s
                        """);
    }

    @Test
    void flowList_ofWhatEnded_saysWhy() {
        FixedRooms.Table table = new FixedRooms.Table();
        table.recent.add(FixedRooms.ended(8, CloseReason.TLS_FAILED, "the certificate of a.example expired on 1 May"));
        table.recent.add(FixedRooms.ended(7, CloseReason.FINISHED, null));
        rooms.flows = table;
        assertThat(run("flow list --recent").out()).isEqualTo("""
                        id  net  source          destination      inbound  outbound  state        up  down    age  why
                         8  tcp  10.0.0.2:40000  example.com:443  tun0     proxy     TLS_FAILED  0 B   0 B  1m15s  the certificate of a.example expired on 1 May
                         7  tcp  10.0.0.2:40000  example.com:443  tun0     proxy     FINISHED    0 B   0 B  1m15s  both sides ended the flow in order
                        """);
        assertThat(run("flow list --failed").out()).contains("TLS_FAILED").doesNotContain("FINISHED");
    }

    @Test
    void flowList_asJson() {
        FixedRooms.Table table = new FixedRooms.Table();
        table.live.add(FixedRooms.flow(7, "example.com", 443));
        rooms.flows = table;
        assertThat(run("flow:list --json").out()).isEqualTo("""
                        {
                          "schema": "sluice.flows/1",
                          "total": 1,
                          "items": [
                            {
                              "id": 7,
                              "network": "tcp",
                              "state": "ACTIVE",
                              "source": "10.0.0.2:40000",
                              "destination": "example.com:443",
                              "inbound": "tun0",
                              "outbound": "proxy",
                              "rule": "* -> proxy",
                              "uplinkBytes": 1234,
                              "downlinkBytes": 5678901,
                              "started": "2026-11-01T11:58:45Z",
                              "idleMs": 20
                            }
                          ]
                        }
                        """);
    }

    @Test
    void flowClose_unknownId_endsWithNotFound() {
        rooms.flows = new FixedRooms.Table();
        assertThat(run("flow close 12").exit()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(run("flow close").exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run("flow close x").error()).contains("must be a number");
    }

    @Test
    void confCheck_badFile_endsWith23AndShowsThePlace() throws Exception {
        rooms.config = new FixedRooms.Store();
        Files.writeString(directory.resolve("box.json"), "{\"protocol\": \"bad\"}");
        Answer answer = run("conf check box.json");
        assertThat(answer.exit().status()).isEqualTo(23);
        assertThat(answer.out()).isEqualTo("""
                        box.json:1:15: error SL1203 outbounds[0].protocol: unknown protocol "bad" (did you mean "socks"?)
                            {"protocol": "bad"}
                                          ^
                        """);
    }

    /** A name comes from whoever may open the command socket; what it cannot name ends as a sentence, not as a failure inside the appliance. */
    @Test
    void confCheck_whatIsNoFile_isASentence() throws Exception {
        rooms.config = new FixedRooms.Store();
        Files.writeString(directory.resolve("box.json"), "{}");
        assertThat(run("conf check a\0b").error()).contains("cannot have this in it", "Nul character");
        assertThat(run("conf check a\0b").exit()).isEqualTo(ExitCode.USAGE);
        assertThat(run("conf check " + "x".repeat(300)).error()).endsWith("cannot be read: File name too long.");
        assertThat(run("conf check box.json/deeper").error()).endsWith("cannot be read: Not a directory.");
        assertThat(run("conf check .").error()).contains("is a directory");
        assertThat(run("conf check /dev/zero").error()).contains("is no ordinary file");
    }

    @Test
    void confCheck_goodInput_isSilent() {
        rooms.config = new FixedRooms.Store();
        Answer answer = run("conf check -", "{}");
        assertThat(answer.exit()).isEqualTo(ExitCode.OK);
        assertThat(answer.out()).isEmpty();
    }

    @Test
    void confApply_refused_saysThatNothingChanged() {
        rooms.config = new FixedRooms.Store();
        Answer answer = run("conf apply -", "bad");
        assertThat(answer.exit().status()).isEqualTo(23);
        assertThat(answer.error()).endsWith("The configuration in force has not changed.");
        assertThat(run("conf apply nowhere.json").exit()).isEqualTo(ExitCode.NOT_FOUND);
    }

    @Test
    void status_off_isNoError() {
        Answer answer = run("status");
        assertThat(answer.exit()).isEqualTo(ExitCode.OK);
        assertThat(answer.out()).startsWith("○ OFF  The tunnel is off; traffic of this machine is not touched.");
        assertThat(run("status --exit-code").exit()).isEqualTo(ExitCode.OFF);
        assertThat(run("status --json").out()).contains("\"schema\": \"sluice.status/1\"", "\"state\": \"off\"");
    }

    @Test
    void outboundThatOpensNothing_isShown_withHowOften() {
        rooms.outbounds = List.of(FixedRooms.outbound("proxy"));
        FixedRooms.Table table = new FixedRooms.Table();
        rooms.flows = table;
        assertThat(run("outbound show proxy").out()).doesNotContain("#");
        table.troubles = Map.of(
                "proxy",
                new OutboundTrouble(
                        FixedRooms.NOW,
                        CloseReason.CONNECT_REFUSED,
                        "the proxy cannot be reached",
                        FixedRooms.NOW.plusSeconds(9),
                        7));
        assertThat(run("outbound show proxy").out())
                .contains("# 7 flows in a row could not be opened, from 2026-11-01T12:00:00Z to 2026-11-01T12:00:09Z:"
                        + " CONNECT_REFUSED, the proxy cannot be reached");
        assertThat(run("outbound list --json").out()).contains("\"failures\": 7");
    }

    @Test
    void misspelling_isMetWithTheNearestName() {
        assertThat(run("statsu").error()).contains("did you mean status?");
        assertThat(run("flow lst").error()).contains("did you mean list?");
        assertThat(run("flow list --outbund x").error()).contains("did you mean --outbound?");
        assertThat(run("statsu").exit()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void whatIsNotAmongOurScopes_doesNotExist() {
        for (String line : List.of(
                "gogo:exec id",
                "exec id",
                "felix:stop 0",
                "gogo:new java.lang.ProcessBuilder",
                "{status}",
                "$x",
                "a=b",
                ":x",
                "status;exec",
                "flow:",
                "sluice:exec",
                "source http://x",
                "flow:list|exec")) {
            assertThat(catchThrowableOfType(CommandFailure.class, () -> commands.find(List.of(line.split(" ")))))
                    .as(line)
                    .isNotNull();
        }
    }

    @Test
    void completion_offersNounsVerbsOptionsAndLiveValues() {
        FixedRooms.Table table = new FixedRooms.Table();
        table.live.add(FixedRooms.flow(4711, "example.com", 443));
        rooms.flows = table;
        assertThat(complete("")).contains("flow", "status", "help").doesNotContain("sluice");
        assertThat(complete("flow", "")).contains("list", "close");
        assertThat(complete("flow:")).contains("flow:list");
        assertThat(complete("flow", "close", "")).contains("4711", "--all");
        assertThat(complete("flow:list", "--network", "")).containsExactly("tcp", "udp", "icmp");
        assertThat(complete("nonsense", "")).isEmpty();
    }

    private List<String> complete(String... words) {
        return Completion.candidates(commands, List.of(words), words.length - 1).stream()
                .map(Completion.Candidate::value)
                .toList();
    }

    @Test
    void completion_randomLines_neverThrows() {
        long seed = 20261101;
        Random random = new Random(seed);
        String[] pieces = {
            "flow", "list", "flow:", ":", "", "--", "--outbound", "\"", "'", "{", "}", "|", "$", "é", "\u0000", "help"
        };
        for (int i = 0; i < 10_000; i++) {
            List<String> words = new ArrayList<>();
            int count = 1 + random.nextInt(5);
            for (int j = 0; j < count; j++) {
                words.add(pieces[random.nextInt(pieces.length)] + pieces[random.nextInt(pieces.length)]);
            }
            int index = random.nextInt(count + 1);
            assertThat(Completion.candidates(commands, words, index))
                    .as("seed %d: %s", seed, words)
                    .isNotNull();
        }
    }
}
