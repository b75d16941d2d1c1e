package io.sluice.codec;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * One method that Jazzer knows too, and the inputs that are kept for it.
 *
 * @param name class and method
 */
record Codec(String name, MethodHandle target, List<byte[]> seeds) {

    private static final String INPUTS = "Inputs";

    /** Where what others send is read that is not a packet: {@code io.sluice.…}. */
    private static final List<String> ROOMS =
            List.of("proxycodec", "proxyserver", "proxyclient", "shadowsocks", "transport", "outbound");

    /** Every codec of an inbound, an outbound or a layer, by its folder of inputs, in alphabetical order. */
    static List<Codec> all() {
        try {
            Path root = Path.of(Codec.class.getResource("/").toURI());
            try (Stream<Path> folders = Files.walk(root)) {
                return folders.filter(f -> f.getParent().toString().endsWith(INPUTS) && Files.isDirectory(f))
                        .map(f -> root.relativize(f).toString())
                        .filter(f -> ROOMS.stream().anyMatch(room -> f.startsWith("io/sluice/" + room + "/")))
                        .sorted()
                        .map(f -> of(root, f))
                        .toList();
            }
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Codec of(Path root, String folder) {
        String name = folder.replace(INPUTS + "/", ".").replace('/', '.');
        int dot = name.lastIndexOf('.');
        try {
            Class<?> type = Class.forName(name.substring(0, dot));
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Method method = type.getDeclaredMethod(name.substring(dot + 1), byte[].class);
            if (!method.isAnnotationPresent(FuzzTest.class)) {
                throw new IllegalStateException(name + " has inputs and is no @FuzzTest");
            }
            method.setAccessible(true);
            MethodHandle target = MethodHandles.lookup()
                    .unreflect(method)
                    .bindTo(constructor.newInstance())
                    .asType(MethodType.methodType(void.class, byte[].class));
            return new Codec(name, target, seeds(root.resolve(folder)));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(name + " cannot be called", e);
        }
    }

    private static List<byte[]> seeds(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().map(Codec::octets).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] octets(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every method of the same classes that should have inputs. */
    static List<String> withoutInputs() {
        List<String> known = all().stream().map(Codec::name).toList();
        return known.stream()
                .map(name -> name.substring(0, name.lastIndexOf('.')))
                .distinct()
                .flatMap(type -> methods(type).map(method -> type + "." + method))
                .filter(name -> !known.contains(name))
                .toList();
    }

    private static Stream<String> methods(String type) {
        try {
            return Arrays.stream(Class.forName(type).getDeclaredMethods())
                    .filter(m -> m.isAnnotationPresent(FuzzTest.class))
                    .map(Method::getName);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }
}
