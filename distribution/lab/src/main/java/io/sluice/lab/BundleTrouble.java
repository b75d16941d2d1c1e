package io.sluice.lab;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What can be done to bundles at the console of a running appliance: stop, update, update to something broken, and bundles that misbehave. */
final class BundleTrouble {

    /** The data plane's and the kill switch's among them. */
    private static final List<String> ROOMS = List.of(
            "killswitch",
            "tun",
            "netstack",
            "flow",
            "policy",
            "route",
            "dns",
            "egress",
            "netmon",
            "outbound.socks",
            "tunnel");

    /** Tun, stack, router, DNS, outbound and kill switch. */
    private static final List<String> SWAPPED =
            List.of("killswitch", "tun", "netstack", "policy", "route", "dns", "outbound.socks");

    private static final String TROUBLE = "lab.trouble";

    /** The catalogue's, F17. */
    private static final Duration GAP = Duration.ofMillis(500);

    private static final int LEAKED = 1_000;

    private BundleTrouble() {}

    private static String room(Random dice) {
        return "io.sluice." + ROOMS.get(dice.nextInt(ROOMS.size()));
    }

    /** Each of the catalogue's row once, in an order of the dice: it goes and comes, is put in its own place, or what hangs on it is wired anew. */
    static void swap(World w, Random dice) throws IOException {
        List<String> rooms = new ArrayList<>(SWAPPED);
        Collections.shuffle(rooms, dice);
        for (String room : rooms) {
            String name = "io.sluice." + room;
            String id = id(w, name);
            switch (dice.nextInt(3)) {
                case 0 -> {
                    w.box.command("felix:stop " + id);
                    Waiting.until(name + " to stop", () -> !active(w, name));
                    Waiting.pause(dice.nextInt(0, 200));
                    w.box.command("felix:start " + id);
                }
                case 1 -> update(w, id, w.box.jar(name), true);
                default -> w.box.command("felix:refresh " + id);
            }
            Waiting.pause(dice.nextInt(50, 200));
            Waiting.until(name + " to start", () -> active(w, name));
        }
    }

    private static boolean active(World w, String name) {
        return state(w, name).equals("active");
    }

    private static String state(World w, String name) {
        return find(w, name).map(bundle -> bundle.path("state").asText()).orElse("");
    }

    /** The same version is put in its place while it works. */
    static void update(World w, Random dice) throws IOException {
        String room = room(dice);
        update(w, id(w, room), w.box.jar(room), true);
        Waiting.pause(dice.nextInt(0, 300));
        // What still hangs on the revision before is let go.
        w.box.command("felix:refresh");
        Waiting.pause(dice.nextInt(100, 400));
        Waiting.until(room + " to start", () -> active(w, room));
    }

    private static void update(World w, String id, Path jar, boolean good) throws IOException {
        String said = w.box.command("felix:update " + id + " " + jar.toUri());
        if (said.contains("Exception") == good) {
            throw new IllegalStateException("the update to " + jar.getFileName() + ": " + said.strip());
        }
    }

    /** A version that is cut off, or whose activator throws; then the good one. */
    static void brokenUpdate(World w, Random dice) throws IOException {
        String room = room(dice);
        String id = id(w, room);
        Path broken = w.folder.resolve("broken.jar");
        if (dice.nextBoolean()) {
            byte[] whole = Files.readAllBytes(w.box.jar(room));
            Files.write(broken, Arrays.copyOf(whole, dice.nextInt(whole.length)));
        } else {
            bundle(broken, room, BundleTrouble::throwing);
        }
        update(w, id, broken, false);
        Waiting.pause(dice.nextInt(200, 600));
        update(w, id, w.box.jar(room), true);
        w.box.command("felix:refresh");
        w.box.command("felix:start " + id);
        Waiting.until(room + " to start", () -> active(w, room));
    }

    /**
     * A stranger's bundle throws at its start, fills the stack, or ends the process; or it turns round and round, or begins a thousand threads that nobody ends,
     * beside which it has to carry until somebody kills it.
     */
    static void misbehaving(World w, Random dice) throws IOException {
        int kind = dice.nextInt(5);
        begin(
                w,
                List.<Consumer<CodeBuilder>>of(
                                BundleTrouble::throwing,
                                BundleTrouble::overflowing,
                                BundleTrouble::exiting,
                                BundleTrouble::spinning,
                                BundleTrouble::leaking)
                        .get(kind));
        if (kind == 2) {
            Waiting.until("the end of the process", () -> !w.box.lives());
        } else if (kind == 3) {
            // Nothing but its own console command waits for the loop, and the framework holds its lock for it.
            Waiting.until("the loop of " + TROUBLE, () -> state(w, TROUBLE).equals("starting"));
            beside(w, "besideALoopMillis");
        } else if (kind == 4) {
            Waiting.until("the threads of " + TROUBLE, () -> w.box.threads() >= LEAKED);
            beside(w, "besideLeakedThreadsMillis");
        } else {
            // Before its start it was not resolved either.
            Waiting.until(
                    "the failed start of " + TROUBLE, () -> state(w, TROUBLE).equals("resolved"));
            Waiting.pause(dice.nextInt(200, 500));
        }
    }

    /** It carries as before. What a bundle goes on with in threads only the end of the process takes away. */
    private static void beside(World w, String figure) {
        Optional<Duration> gap = w.recovery(Round.LEAST_PATIENCE);
        w.box.kill("KILL");
        w.figure(
                figure,
                gap.orElseThrow(() -> new IllegalStateException("beside a bundle that misbehaves it does not carry")),
                GAP);
    }

    /** A stranger's bundle takes all of the heap; the process ends. */
    static void fillHeap(World w) throws IOException {
        begin(w, BundleTrouble::hoarding);
        Waiting.until("the end of the process", () -> !w.box.lives());
    }

    /** Starts a stranger's bundle that does this. For an address that it knows a framework gives back the bundle that it has, so none may be left. */
    private static void begin(World w, Consumer<CodeBuilder> start) throws IOException {
        Path jar = w.folder.resolve("trouble.jar");
        takeAway(w);
        bundle(jar, TROUBLE, start);
        w.box.console("felix:install " + jar.toUri());
        Waiting.until("the bundle " + TROUBLE, () -> find(w, TROUBLE).isPresent());
        // For this time only: a framework starts again what was started for good.
        w.box.console("felix:start -t " + id(w, TROUBLE));
    }

    /** Takes the stranger's bundle away, if it is there. */
    static void takeAway(World w) throws IOException {
        if (find(w, TROUBLE).isPresent()) {
            w.box.console("felix:uninstall " + id(w, TROUBLE));
            Waiting.until(
                    "the bundle " + TROUBLE + " to be gone",
                    () -> find(w, TROUBLE).isEmpty());
        }
    }

    private static Optional<JsonNode> find(World w, String name) {
        for (JsonNode bundle : w.box.get("/bundles").path("items")) {
            if (bundle.path("name").asText().equals(name)) {
                return Optional.of(bundle);
            }
        }
        return Optional.empty();
    }

    private static String id(World w, String name) {
        return find(w, name)
                .orElseThrow(() -> new IllegalStateException("no bundle " + name))
                .path("id")
                .asText();
    }

    /** A bundle of one class, its activator, of which {@code start} does this. */
    private static void bundle(Path jar, String name, Consumer<CodeBuilder> start) throws IOException {
        ClassDesc self = ClassDesc.of("lab.trouble.Activator");
        MethodTypeDesc ofContext =
                MethodTypeDesc.of(ConstantDescs.CD_void, ClassDesc.of("org.osgi.framework.BundleContext"));
        byte[] octets = ClassFile.of()
                .build(
                        self,
                        made -> made.withFlags(ClassFile.ACC_PUBLIC)
                                .withInterfaceSymbols(ClassDesc.of("org.osgi.framework.BundleActivator"))
                                .withMethodBody(
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void,
                                        ClassFile.ACC_PUBLIC,
                                        code -> code.aload(0)
                                                .invokespecial(
                                                        ConstantDescs.CD_Object,
                                                        ConstantDescs.INIT_NAME,
                                                        ConstantDescs.MTD_void)
                                                .return_())
                                .withMethodBody("start", ofContext, ClassFile.ACC_PUBLIC, start)
                                .withMethodBody("stop", ofContext, ClassFile.ACC_PUBLIC, CodeBuilder::return_));
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", name);
        main.putValue("Bundle-Version", "0.1.0");
        main.putValue("Bundle-Activator", "lab.trouble.Activator");
        main.putValue("Import-Package", "org.osgi.framework");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.putNextEntry(new JarEntry("lab/trouble/Activator.class"));
            out.write(octets);
        }
    }

    private static void throwing(CodeBuilder code) {
        ClassDesc error = ClassDesc.of("java.lang.IllegalStateException");
        code.new_(error)
                .dup()
                .invokespecial(error, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                .athrow();
    }

    /** Calls itself until the stack is full. */
    private static void overflowing(CodeBuilder code) {
        code.aload(0)
                .aload(1)
                .invokevirtual(
                        ClassDesc.of("lab.trouble.Activator"),
                        "start",
                        MethodTypeDesc.of(ConstantDescs.CD_void, ClassDesc.of("org.osgi.framework.BundleContext")))
                .return_();
    }

    /** Without end, and without a pause. */
    private static void spinning(CodeBuilder code) {
        Label again = code.newLabel();
        code.labelBinding(again).goto_(again);
    }

    /** A pool whose threads wait for ever. */
    private static void leaking(CodeBuilder code) {
        ClassDesc pool = ClassDesc.of("java.util.concurrent.ScheduledThreadPoolExecutor");
        code.new_(pool)
                .dup()
                .loadConstant(LEAKED)
                .invokespecial(
                        pool, ConstantDescs.INIT_NAME, MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int))
                .invokevirtual(pool, "prestartAllCoreThreads", MethodTypeDesc.of(ConstantDescs.CD_int))
                .pop()
                .return_();
    }

    /** A list of arrays of a million octets that grows without end. */
    private static void hoarding(CodeBuilder code) {
        ClassDesc list = ClassDesc.of("java.util.ArrayList");
        Label again = code.newLabel();
        code.new_(list)
                .dup()
                .invokespecial(list, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                .astore(2)
                .labelBinding(again)
                .aload(2)
                .loadConstant(1 << 20)
                .newarray(TypeKind.BYTE)
                .invokevirtual(list, "add", MethodTypeDesc.of(ConstantDescs.CD_boolean, ConstantDescs.CD_Object))
                .pop()
                .goto_(again);
    }

    private static void exiting(CodeBuilder code) {
        code.iconst_3()
                .invokestatic(
                        ClassDesc.of("java.lang.System"),
                        "exit",
                        MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int))
                .return_();
    }

    /** The jar of a bundle among those of a distribution. */
    static Path jar(Path distribution, String name) throws IOException {
        try (Stream<Path> files = Files.walk(distribution.resolve("system"))) {
            return files.filter(f -> f.getFileName().toString().matches(Pattern.quote(name) + "-[0-9].*\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no jar of " + name));
        }
    }
}
