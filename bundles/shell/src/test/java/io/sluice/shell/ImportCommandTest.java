package io.sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.api.config.ConfigException;
import io.sluice.api.config.ImportPlan;
import io.sluice.api.config.ImportPlan.Entry;
import io.sluice.api.config.ImportPlan.Outcome;
import io.sluice.api.config.OutboundImport;
import io.sluice.shell.engine.CommandFailure;
import io.sluice.shell.engine.Commands;
import io.sluice.shell.engine.ExitCode;
import io.sluice.shell.engine.Session;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code import} and {@code outbound link}. */
class ImportCommandTest {

    /** Adds a server for each source that says "good". */
    private static final class Reader implements OutboundImport {
        private final List<Source> read = new ArrayList<>();

        @Override
        public ImportPlan plan(List<Source> sources) {
            read.addAll(sources);
            List<Entry> entries = sources.stream()
                    .map(s -> s.text().contains("good")
                            ? new Entry(s.name(), Outcome.ADDED, "my server", "vless a.example:443", List.of())
                            : new Entry(s.name(), Outcome.REFUSED, "", "", List.of("allowInsecure: no")))
                    .toList();
            return new ImportPlan("imported", entries);
        }

        @Override
        public Optional<String> link(String tag, boolean secrets) throws ConfigException {
            if (tag.equals("chained")) {
                throw new ConfigException("There is no link for it: proxySettings: no.", List.of(), null);
            }
            return tag.equals("known") ? Optional.of("ss://" + (secrets ? "secret" : "covered")) : Optional.empty();
        }
    }

    private final FixedRooms rooms = new FixedRooms();
    private final Commands commands = new Commands(CommandsTest.scopes(rooms));
    private final Reader reader = new Reader();
    private final FixedRooms.Store store = new FixedRooms.Store();

    @TempDir
    private Path directory;

    private record Answer(ExitCode exit, String out, String error) {}

    @BeforeEach
    void furnish() {
        rooms.outboundImport = reader;
        rooms.config = store;
    }

    private Answer run(String input, String... words) throws IOException, InterruptedException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Session session = new Session(
                new PrintStream(bytes, true, StandardCharsets.UTF_8),
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                false,
                false,
                80,
                directory,
                "shell",
                Clock.fixed(FixedRooms.NOW, ZoneOffset.UTC),
                time -> {});
        try {
            return new Answer(
                    commands.run(commands.find(List.of(words)), session), bytes.toString(StandardCharsets.UTF_8), "");
        } catch (CommandFailure e) {
            return new Answer(e.code(), bytes.toString(StandardCharsets.UTF_8), e.getMessage());
        }
    }

    @Test
    void linkFileAndPipe_areReadAndAppliedAtOnce() throws Exception {
        Files.writeString(directory.resolve("servers.txt"), "good in a file");
        Answer answer = run("good in a pipe", "import", "ss://good", "servers.txt", "-");
        assertThat(answer.exit()).as(answer.error()).isEqualTo(ExitCode.OK);
        assertThat(reader.read)
                .extracting(OutboundImport.Source::name)
                .containsExactly("link 1", "servers.txt", "standard input");
        assertThat(store.text()).isEqualTo("imported");
        assertThat(answer.out()).contains("my server", "is in force").doesNotContain("ss://good");
    }

    @Test
    void dryRun_changesNothing() throws Exception {
        String before = store.text();
        Answer answer = run("", "import", "ss://good", "--dry-run");
        assertThat(answer.exit()).isEqualTo(ExitCode.OK);
        assertThat(answer.out()).contains("my server", "--dry-run");
        assertThat(store.text()).isEqualTo(before);
    }

    @Test
    void nothingButRefusals_isAFailureWithTheReason() throws Exception {
        String before = store.text();
        Answer answer = run("", "import", "ss://bad");
        assertThat(answer.exit()).isEqualTo(ExitCode.FAILED);
        assertThat(answer.out()).contains("refused", "allowInsecure: no", "Nothing was added");
        assertThat(store.text()).isEqualTo(before);
    }

    @Test
    void json_hasAStableShape() throws Exception {
        assertThat(run("", "import", "ss://good", "ss://bad", "--dry-run", "--json")
                        .out())
                .contains("\"sluice.import/1\"", "\"ADDED\"", "\"REFUSED\"", "\"remarks\"");
    }

    @Test
    void missingFile_isNotFound() throws Exception {
        assertThat(run("", "import", "nowhere.txt").exit()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(run("", "import").exit()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void link_coversTheSecretUnlessItIsAskedFor() throws Exception {
        assertThat(run("", "outbound", "link", "known").out()).isEqualTo("ss://covered\n");
        assertThat(run("", "outbound", "link", "known", "--secrets").out()).isEqualTo("ss://secret\n");
        assertThat(run("", "outbound", "link", "nobody").exit()).isEqualTo(ExitCode.NOT_FOUND);
        assertThat(run("", "outbound", "link", "chained").error()).contains("proxySettings");
    }
}
