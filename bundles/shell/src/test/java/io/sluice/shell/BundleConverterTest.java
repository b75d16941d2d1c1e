package io.sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

class BundleConverterTest {

    private final Map<Long, Bundle> bundles = Map.of(0L, bundle(0, "system"), 7L, bundle(7, "io.sluice.tun"));
    private final CommandProcessorImpl gogo = new CommandProcessorImpl(null);
    private CommandSession session;

    /** Has the shape of {@code felix:uninstall}. */
    public static final class Command {
        public List<String> names(Bundle[] taken) {
            return Arrays.stream(taken).map(Bundle::getSymbolicName).toList();
        }
    }

    @BeforeEach
    void open() {
        gogo.addConverter(new BundleConverter(context()));
        gogo.addCommand("test", new Command(), "names");
        session = gogo.createSession(
                InputStream.nullInputStream(), new ByteArrayOutputStream(), new ByteArrayOutputStream());
    }

    @AfterEach
    void close() {
        session.close();
        gogo.stop();
    }

    @Test
    void byNumberAndByName() throws Exception {
        assertThat(session.execute("test:names 7")).isEqualTo(List.of("io.sluice.tun"));
        assertThat(session.execute("test:names io.sluice.tun 0")).isEqualTo(List.of("io.sluice.tun", "system"));
    }

    @Test
    void whatIsNone_isRefused() {
        for (String words : List.of("8", "io.sluice", "99999999999999999999", "-7")) {
            assertThatThrownBy(() -> session.execute("test:names " + words))
                    .as(words)
                    .isInstanceOf(Exception.class);
        }
    }

    private BundleContext context() {
        return (BundleContext) proxy(BundleContext.class, (method, arguments) -> switch (method) {
            case "getBundle" ->
                arguments == null || arguments[0] instanceof String ? bundles.get(0L) : bundles.get(arguments[0]);
            case "getBundles" -> bundles.values().toArray(Bundle[]::new);
            default -> throw new AssertionError(method);
        });
    }

    private Bundle bundle(long number, String name) {
        return (Bundle) proxy(Bundle.class, (method, arguments) -> switch (method) {
            case "getBundleId" -> number;
            case "getSymbolicName" -> name;
            case "getBundleContext" -> context();
            case "toString" -> name + " [" + number + "]";
            case "hashCode" -> (int) number;
            case "equals" -> false;
            default -> throw new AssertionError(method);
        });
    }

    private interface Answers {
        Object to(String method, Object[] arguments);
    }

    private static Object proxy(Class<?> type, Answers answers) {
        return Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (_, method, arguments) -> answers.to(method.getName(), arguments));
    }
}
