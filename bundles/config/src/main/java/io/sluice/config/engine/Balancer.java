package io.sluice.config.engine;

import java.util.List;

/**
 * A group of outbounds.
 *
 * @param members their tags in order, each where its selector stands
 */
record Balancer(String tag, List<Located<String>> members) {}
