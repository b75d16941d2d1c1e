package io.sluice.transport.grpc;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What is called. {@code serviceName} is the service, and its methods are Tun and TunMulti; or, if it begins with a slash, Xray's custom path whose last
 * part names the methods: {@code /my/service/tun|multi}.
 *
 * @param tun path of the method whose messages carry one piece
 * @param multi path of the one whose messages carry several
 */
record Method(String tun, String multi) {

    static Method of(String serviceName) {
        if (!serviceName.startsWith("/")) {
            String service = "/" + escaped(serviceName) + "/";
            return new Method(service + "Tun", service + "TunMulti");
        }
        int last = serviceName.lastIndexOf('/');
        String service = Arrays.stream(serviceName.substring(0, last).split("/", -1))
                .map(Method::escaped)
                .collect(Collectors.joining("/"));
        String[] names = serviceName.substring(last + 1).split("\\|", 2);
        return new Method(
                service + "/" + escaped(names[0]), service + "/" + escaped(names.length > 1 ? names[1] : names[0]));
    }

    private static String escaped(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    boolean matches(String path) {
        return path.equals(tun) || path.equals(multi);
    }
}
