package io.sluice.launcher;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.Constants;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;

/**
 * Turns the text of Felix's resolver exception into a sentence. The text nests: a bundle lacks a requirement, caused by
 * another bundle that lacks one, and so on; the innermost one is the reason.
 */
final class ResolverReport {
    private static final Pattern MISSING = Pattern.compile(
            "missing requirement \\[([^ \\]]+) \\[[^\\]]*\\]\\(R [^)]*\\)\\] ([a-zA-Z0-9_.-]+); (\\(.*?\\))(?=\\]| \\[caused by:| Unresolved|$)");
    private static final Pattern VALUE = Pattern.compile("\\(([a-zA-Z0-9_.-]+)(>=|<=|~=|=)([^()]*)\\)");
    private static final Pattern NEGATED_CEILING = Pattern.compile("\\(!\\(([a-zA-Z0-9_.-]+)>=([^()]*)\\)\\)");

    private ResolverReport() {}

    /** The reason in one sentence, or the text itself where it is of another form (a uses conflict, for one). */
    static String sentence(String resolverMessage) {
        Matcher matcher = MISSING.matcher(resolverMessage);
        String reason = null;
        while (matcher.find()) {
            reason = matcher.group(1) + " needs " + requirement(matcher.group(2), matcher.group(3))
                    + ", which no installed bundle provides";
        }
        return reason == null ? resolverMessage : reason;
    }

    /**
     * A requirement in words: {@code package io.sluice.api.flow [1.0,2.0)}.
     *
     * @param filter an LDAP filter (RFC 4515) as bnd writes it: values joined by and, versions as a range
     */
    static String requirement(String namespace, String filter) {
        String what = filter;
        String rest = filter;
        List<String> others = new ArrayList<>();
        Version floor = null;
        Version ceiling = null;
        Matcher ceilings = NEGATED_CEILING.matcher(filter);
        if (ceilings.find()) {
            ceiling = Version.parseVersion(ceilings.group(2));
            rest = ceilings.replaceAll("");
        }
        Matcher values = VALUE.matcher(rest);
        while (values.find()) {
            String attribute = values.group(1);
            if (attribute.equals(namespace)) {
                what = values.group(3);
            } else if (attribute.endsWith("version") && values.group(2).equals(">=")) {
                floor = Version.parseVersion(values.group(3));
            } else {
                others.add(attribute + values.group(2) + values.group(3));
            }
        }
        String kind = switch (namespace) {
            case "osgi.wiring.package" -> "package ";
            case "osgi.wiring.bundle" -> "bundle ";
            case Constants.FRAGMENT_HOST, "osgi.wiring.host" -> "the host bundle ";
            default -> namespace + " ";
        };
        String versions = floor == null || floor.equals(Version.emptyVersion) && ceiling == null
                ? ""
                : " " + new VersionRange(VersionRange.LEFT_CLOSED, floor, ceiling, VersionRange.RIGHT_OPEN);
        return kind + what + versions + (others.isEmpty() ? "" : " with " + String.join(", ", others));
    }
}
