package io.sluice.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.matrix.Carrier.Protocol;
import io.sluice.matrix.Carrier.Security;
import io.sluice.matrix.Carrier.Transport;
import io.sluice.testkit.netns.NetworkNamespace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Cells with the peers that a test run has, Debian's: a few of them; with {@code -Dsluice.matrix=true} one of every protocol. {@code ./sluice matrix} runs them all.
 * What could not run is printed with its reason.
 */
@Tag("netns")
class MatrixTest {

    private static final List<Carrier> FEW = List.of(
            new Carrier(Protocol.SOCKS, "open", Transport.RAW, Security.NONE),
            new Carrier(Protocol.VLESS, "", Transport.RAW, Security.TLS));

    private static final List<Carrier> MORE = List.of(
            new Carrier(Protocol.SOCKS, "open", Transport.RAW, Security.NONE),
            new Carrier(Protocol.HTTP, "", Transport.RAW, Security.TLS),
            new Carrier(Protocol.SHADOWSOCKS, "aes-128-gcm", Transport.RAW, Security.NONE),
            new Carrier(Protocol.SHADOWSOCKS, "2022-blake3-aes-128-gcm", Transport.RAW, Security.NONE),
            new Carrier(Protocol.TROJAN, "", Transport.RAW, Security.TLS),
            new Carrier(Protocol.VLESS, "", Transport.WEBSOCKET, Security.TLS),
            new Carrier(Protocol.VLESS, "", Transport.GRPC, Security.TLS),
            new Carrier(Protocol.VMESS, "auto", Transport.HTTP_UPGRADE, Security.TLS),
            new Carrier(Protocol.VMESS, "aes-128-gcm", Transport.RAW, Security.NONE));

    private static final Set<String> DEBIAN = Set.of("dante", "shadowsocks-libev", "trojan", "v2ray", "sluice");

    private static final int TRIES = 4;

    /** v2ray passes no end and no reset on, and keeps a connection until its own time-outs. */
    private static final Set<String> WITHOUT_ENDS =
            Set.of(Check.TRANSFER.title(), Check.SHORT.title(), Check.SINGLE.title(), Matrix.DATAGRAMS);

    /** On a machine that has no time for us, time-outs of the protocols run out, which say nothing of what is tried: so a cell has more than one try. */
    private static Result run(Matrix matrix, Cell cell, Set<String> titles) throws IOException {
        Result result = matrix.run(cell, titles);
        for (int i = 1; i < TRIES && result.ran() && !result.good(); i++) {
            System.err.println("once more: " + Report.line(result));
            result = matrix.run(cell, titles);
        }
        return result;
    }

    @Test
    void whatATestRunHasTimeFor() throws Exception {
        NetworkNamespace.unavailable().ifPresent(reason -> Assumptions.abort("skipped: " + reason));
        Report report = new Report();
        List<String> failed = new ArrayList<>();
        try (Matrix matrix = new Matrix(Boolean.getBoolean("sluice.matrix") ? MORE : FEW, Scale.QUICK)) {
            for (Cell cell : matrix.cells()) {
                if (!DEBIAN.contains(cell.client().name())
                        || !DEBIAN.contains(cell.server().name())) {
                    continue;
                }
                boolean v2ray = cell.client().name().equals("v2ray")
                        || cell.server().name().equals("v2ray");
                if (v2ray
                        && Set.of(Protocol.SOCKS, Protocol.HTTP)
                                .contains(cell.carrier().protocol())) {
                    continue; // proxies for clients nearby: Dante is enough
                }
                Result result = run(matrix, cell, v2ray ? WITHOUT_ENDS : Matrix.TITLES);
                report.add(result);
                System.err.println(Report.line(result));
                if (result.ran() && !result.good()) {
                    failed.add(Report.line(result));
                }
            }
        }
        assertThat(failed).isEmpty();
        assertThat(report.ran()).as("cells that ran").isPositive();
    }
}
