package io.sluice.nftables.linux;

import java.util.List;
import java.util.Objects;

/**
 * A base chain: rules at one of the kernel's hooks.
 *
 * @param name unique in its table
 * @param type nat or filter
 * @param hook where in the packet's way, e.g. {@code prerouting}
 * @param priority among the chains at this hook; the lower comes first
 * @param rules in order
 */
public record NftChain(String name, String type, String hook, int priority, List<NftRule> rules) {

    public NftChain {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(hook, "hook");
        rules = List.copyOf(rules);
    }
}
