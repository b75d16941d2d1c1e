package io.sluice.dns.linux;

import io.sluice.api.dns.HostDnsSettings;
import java.net.InetAddress;
import java.util.List;

/** The text of resolv.conf(5). */
final class ResolvConf {

    private ResolvConf() {}

    static String text(HostDnsSettings settings) {
        StringBuilder text = new StringBuilder();
        for (InetAddress server : settings.servers()) {
            text.append("nameserver ").append(server.getHostAddress()).append('\n');
        }
        if (!settings.searchDomains().isEmpty()) {
            text.append("search ")
                    .append(String.join(" ", settings.searchDomains()))
                    .append('\n');
        }
        return text.toString();
    }

    /** The name servers in a text, as they are written there. */
    static List<String> servers(String text) {
        return text.lines()
                .map(line -> line.strip().split("\\s+"))
                .filter(words -> words.length > 1 && words[0].equals("nameserver"))
                .map(words -> words[1])
                .toList();
    }
}
