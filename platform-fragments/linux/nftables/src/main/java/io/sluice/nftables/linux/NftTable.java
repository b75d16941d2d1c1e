package io.sluice.nftables.linux;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One table of ours, for both address families. It is set whole, in one transaction: there is no moment with half of it, and none without it between an
 * old and a new content. Each rule bears the owner's tag as its comment; a table of this name with a rule that does not is somebody else's and left alone.
 */
public final class NftTable {

    private static final String FAMILY = "inet";

    /** Where {@code nft list} indents a chain's content. */
    private static final String INSIDE_A_CHAIN = "\t\t";

    private final Nft nft;
    private final String name;
    private final String tag;

    /**
     * @param name letters, digits and underscores
     * @param tag who it belongs to; letters, digits and dots
     */
    public NftTable(Nft nft, String name, String tag) {
        if (!name.matches("[A-Za-z_][A-Za-z0-9_]*") || !tag.matches("[A-Za-z0-9._-]+")) {
            throw new IllegalArgumentException("not usable as a table's name and tag: " + name + ", " + tag);
        }
        this.nft = nft;
        this.name = name;
        this.tag = tag;
    }

    /** Makes the kernel's table equal to this, and looks whether it is. */
    public void set(List<NftChain> chains) throws NftException {
        refuseForeign();
        List<Object> commands = new ArrayList<>();
        Map<String, Object> table = Map.of("table", Map.of("family", FAMILY, "name", name));
        // Added first, so that the deletion finds one in any case.
        commands.add(Map.of("add", table));
        commands.add(Map.of("delete", table));
        commands.add(Map.of("add", table));
        int rules = 0;
        for (NftChain chain : chains) {
            commands.add(Map.of("add", Map.of("chain", chain(chain))));
            for (NftRule rule : chain.rules()) {
                commands.add(Map.of("add", Map.of("rule", rule(chain, rule))));
                rules++;
            }
        }
        nft.apply(NftJson.of(Map.of("nftables", commands)), "set the table " + this);
        List<String> found = rules(read());
        if (found.size() != rules) {
            throw new NftException(
                    NftException.Code.NFT_DIFFERS,
                    "the table " + this + " was set with " + rules + " rules, but the kernel has " + found.size()
                            + ": does something else write it?");
        }
    }

    /**
     * Removes it, whichever process of ours made it.
     *
     * @return whether it was there
     */
    public boolean remove() throws NftException {
        if (!refuseForeign()) {
            return false;
        }
        Map<String, Object> table = Map.of("table", Map.of("family", FAMILY, "name", name));
        nft.apply(NftJson.of(Map.of("nftables", List.of(Map.of("delete", table)))), "remove the table " + this);
        return true;
    }

    /** The lines of {@code nft list table}; none if it is not there. */
    public List<String> read() throws NftException {
        // Asking for a table that is not there is an error like any other, so its name is looked for first.
        String wanted = "table " + FAMILY + " " + name;
        if (nft.list("tables", FAMILY).lines().noneMatch(line -> line.strip().equals(wanted))) {
            return List.of();
        }
        return nft.list("table", FAMILY, name).lines().toList();
    }

    private boolean refuseForeign() throws NftException {
        List<String> lines = read();
        for (String rule : rules(lines)) {
            if (!rule.contains("comment \"" + tag + "\"")) {
                throw new NftException(
                        NftException.Code.NFT_FOREIGN,
                        "the table " + this + " has a rule that is not ours, so it is left as it is: '" + rule.strip()
                                + "'; rename or delete that table");
            }
        }
        return !lines.isEmpty();
    }

    /** The rules among the lines: what is inside a chain and not the chain's own description. */
    private static List<String> rules(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith(INSIDE_A_CHAIN)
                        && !line.startsWith("type ", INSIDE_A_CHAIN.length())
                        && !line.startsWith("policy ", INSIDE_A_CHAIN.length()))
                .toList();
    }

    private Map<String, Object> chain(NftChain chain) {
        return Map.of(
                "family",
                FAMILY,
                "table",
                name,
                "name",
                chain.name(),
                "type",
                chain.type(),
                "hook",
                chain.hook(),
                "prio",
                chain.priority(),
                "policy",
                "accept");
    }

    private Map<String, Object> rule(NftChain chain, NftRule rule) {
        return Map.of(
                "family", FAMILY, "table", name, "chain", chain.name(), "expr", rule.expressions(), "comment", tag);
    }

    @Override
    public String toString() {
        return FAMILY + " " + name;
    }
}
