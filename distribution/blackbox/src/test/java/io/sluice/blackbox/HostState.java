package io.sluice.blackbox;

import io.sluice.testkit.netns.NetworkNamespace;

/**
 * What a tunnel may change on a host and has to undo: policy rules, routes of every table and links, of both families.
 *
 * @param text as iproute2 prints it
 */
record HostState(String text) {

    static HostState of(NetworkNamespace namespace) {
        return new HostState(
                namespace.exec(
                        "sh",
                        "-c",
                        "ip rule; ip -6 rule; ip route show table all; ip -6 route show table all; ip -br link; ip -br address"));
    }

    @Override
    public String toString() {
        return text;
    }
}
