package io.sluice.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is to be measured.
 *
 * @param rounds of every group; memory has one
 * @param seconds of one transfer
 * @param warmSeconds of transfer each way after a start, uncounted; a JVM compiles meanwhile
 * @param baseline the contender that others are compared with
 * @param proxy which SOCKS5 server
 * @param pathRate of the bad paths, as {@code 20mbit}
 * @param pathCongestionControl of the kernel's sockets in group path
 * @param floodSeconds how long group flood floods
 * @param out where the table and the samples are written
 */
record Settings(
        List<Group> groups,
        List<Contender> contenders,
        int rounds,
        int seconds,
        int warmSeconds,
        String baseline,
        String proxy,
        String pathRate,
        String pathCongestionControl,
        int floodSeconds,
        Optional<Path> out) {

    /** One second for the flood to rise, and one to measure. */
    private static final int MIN_FLOOD_SECONDS = 2;

    static final String USAGE = """
            usage: ./sluice bench [OPTIONS]
                   ./sluice bench relay LEFT RIGHT [OPTIONS]    a bad path between two namespaces (more: ./sluice bench relay)
                   ./sluice bench jmh [JMH OPTIONS]             the hot paths one by one

              --groups LIST       of start,tcp,udp,lat,mem,loss,path,flood (default tcp,udp,lat,mem,loss,start)
              --sut SPEC          NAME, NAME=KIND or NAME=KIND,KEY=VALUE,...; may be given several times. Kinds: %s.
                                  Default: sluice and every peer that is installed, with the references plain and splice.
                                  splice: outbound=direct, cc=cubic (its congestion control towards clients). Ours: outbound=direct,
                                  mtu=1500, program=FILE (another build beside this one), and the options of sluice tun2socks
                                  without their dashes, as stack=system.
              --baseline NAME     what the others are divided by (default: the first peer, else the first contender)
              --reps N            rounds (default 3)      --secs N   of one transfer (default 8)
              --warm N            uncounted seconds each way after a start (default 10)
              --socks NAME        SOCKS5 server: hev, dante, microsocks or sluice (default: the first that is there)
              --path-rate RATE    of the bad paths of group path (default 20mbit)
              --path-cc NAME      the kernel's congestion control in group path (default cubic)
              --flood-secs N      of SYNs in group flood (default 30)
              --out FILE          the table; the samples go beside it, as .tsv

            Programs are found on the PATH or by HEV_TUNNEL, HEV_SERVER, TUN2SOCKS, BADVPN_TUN2SOCKS, SING_BOX, XRAY, SLUICE.
            Needs root, iproute2, nftables, ethtool and iperf3. Everything happens in namespaces of its own.
            """.formatted(String.join(", ", Kinds.names()));

    /** @throws IllegalArgumentException with a sentence for the user */
    static Settings parse(List<String> arguments) {
        String groups = "tcp,udp,lat,mem,loss,start";
        List<Contender> contenders = new ArrayList<>();
        int rounds = 3;
        int seconds = 8;
        int warm = 10;
        String baseline = "";
        String proxy = "";
        String rate = "20mbit";
        String congestionControl = "cubic";
        int floodSeconds = 30;
        Optional<Path> out = Optional.empty();
        for (int i = 0; i < arguments.size(); i += 2) {
            String option = arguments.get(i);
            if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(option + " needs a value");
            }
            String value = arguments.get(i + 1);
            switch (option) {
                case "--groups" -> groups = value;
                case "--sut" -> contenders.add(Contender.parse(value));
                case "--baseline" -> baseline = value;
                case "--reps" -> rounds = number(option, value);
                case "--secs" -> seconds = number(option, value);
                case "--warm" -> warm = number(option, value);
                case "--socks" -> proxy = value;
                case "--path-rate" -> rate = value;
                case "--path-cc" -> congestionControl = value;
                case "--flood-secs" -> floodSeconds = atLeast(MIN_FLOOD_SECONDS, option, value);
                case "--out" -> out = Optional.of(Path.of(value));
                default -> throw new IllegalArgumentException("unknown option '" + option + "'");
            }
        }
        List<Group> wanted = new ArrayList<>();
        for (String name : groups.split(",")) {
            wanted.add(Group.named(name));
        }
        if (contenders.isEmpty()) {
            contenders.addAll(installed());
        }
        if (baseline.isEmpty()) {
            baseline = contenders.stream()
                    .map(Contender::name)
                    .filter(name -> !name.equals("sluice") && !name.equals("plain") && !name.equals("splice"))
                    .findFirst()
                    .orElse(contenders.getFirst().name());
        }
        return new Settings(
                wanted, contenders, rounds, seconds, warm, baseline, proxy, rate, congestionControl, floodSeconds, out);
    }

    private static int atLeast(int least, String option, String value) {
        int number = number(option, value);
        if (number < least) {
            throw new IllegalArgumentException(option + " " + value + " is too little; at least " + least);
        }
        return number;
    }

    private static int number(String option, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " '" + value + "' is not a number", e);
        }
    }

    private static List<Contender> installed() {
        List<Contender> found = new ArrayList<>();
        for (String name : Kinds.names()) {
            Contender contender = Contender.parse(name);
            Optional<String> missing = contender.kind().missing();
            missing.ifPresentOrElse(
                    reason -> System.err.println(name + " is left out: " + reason), () -> found.add(contender));
        }
        return found;
    }
}
