package io.sluice.blackbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code sluice tun2socks} says before it does anything; needs no rights. */
class Tun2socksOptionsTest {

    @TempDir
    private Path temporary;

    private Answer run(String options) {
        List<String> words = new ArrayList<>(List.of(BlackBox.program(), "tun2socks"));
        words.addAll(List.of(options.split(" ")));
        return Command.run(Map.of("JAVA_HOME", System.getProperty("java.home"), "TMPDIR", temporary.toString()), words);
    }

    @Test
    void helpNamesEveryOption() {
        Answer answer = run("-h");
        assertThat(answer.exit()).isZero();
        assertThat(answer.out())
                .contains("-i,", "-m,", "-x,", "--device", "--route", "--stack", "--queues", "--congestion-control")
                .contains("SLUICE_PROXY_PASSWORD");
        assertThat(answer.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --nonsense                    | unknown option '--nonsense'
            -m                            | -m needs a value
            -m abc                        | MTU 'abc' is not a number
            -m 100                        | MTU 100 is not from 1280 to 65535
            -m 99999999999999999999       | MTU 99999999999999999999 is not from 1280 to 65535
            -x 192.0.2.1                  | proxy '192.0.2.1' has no port
            -x 192.0.2.1:99999            | port 99999 is not from 1 to 65535
            -x u:SECRET@192.0.2.1:1080    | set SLUICE_PROXY_PASSWORD instead
            --stack kernel                | stack 'kernel' is neither user nor system
            --queues 65                   | queues 65 is not from 1 to 64
            --congestion-control reno     | congestion control 'reno' is neither cubic nor bbr
            --mark xyz                    | mark 'xyz' is not a number
            --device a/b                  | interface name 'a/b' has a slash
            --device sixteencharacters    | more than 15 characters
            -i 10.0.0.1";                 | has characters that do not belong there
            """)
    void whatCannotBeIsRefused(String options, String sentence) throws IOException {
        Answer answer = run(options);
        assertThat(answer.exit()).as(answer.all()).isEqualTo(2);
        assertThat(answer.err())
                .contains(sentence, "Try: sluice tun2socks --help")
                .doesNotContain("SECRET");
        assertThat(answer.out()).isEmpty();
        assertThat(left()).isEmpty();
    }

    /** What only the appliance's own check knows. */
    @Test
    void addressesAndPrefixesAreChecked() throws IOException {
        Answer answer = run("-i 300.0.0.1 --route nonsense");
        assertThat(answer.exit()).as(answer.all()).isEqualTo(2);
        assertThat(answer.err()).contains("'300.0.0.1' is not an IP address", "'nonsense' is not an IP address");
        assertThat(left()).isEmpty();
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(file -> file.getFileName().toString().startsWith("sluice-tun2socks"))
                    .toList();
        }
    }
}
