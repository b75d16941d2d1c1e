package io.sluice.config.engine;

import java.util.List;

/** Xray's words for which addresses of a name are used; case is ignored. */
final class DomainStrategy {

    static final List<String> WORDS = List.of(
            "AsIs",
            "UseIP",
            "UseIPv4",
            "UseIPv6",
            "UseIPv4v6",
            "UseIPv6v4",
            "ForceIP",
            "ForceIPv4",
            "ForceIPv6",
            "ForceIPv4v6",
            "ForceIPv6v4");

    private DomainStrategy() {}
}
