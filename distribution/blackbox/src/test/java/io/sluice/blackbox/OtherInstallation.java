package io.sluice.blackbox;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** An installation beside the built one, made of links to it, with a feature more: {@code trouble}, whose bundle kills the process at its start. */
final class OtherInstallation {

    private static final String NAME = "lab.trouble";

    private OtherInstallation() {}

    /** @param startOrder when the bundle kills */
    static Path in(Path folder, int startOrder) throws IOException {
        Path built = BlackBox.distribution();
        copies(built.resolve("bin"), folder.resolve("bin"));
        copies(built.resolve("features"), folder.resolve("features"));
        links(built.resolve("system"), folder.resolve("system"));
        Files.createSymbolicLink(folder.resolve("lib"), built.resolve("lib"));
        Files.createSymbolicLink(folder.resolve("etc"), built.resolve("etc"));
        Path jar = folder.resolve("system/lab/" + NAME + "/1.0.0/" + NAME + "-1.0.0.jar");
        Files.createDirectories(jar.getParent());
        killing(jar);
        Files.writeString(folder.resolve("features/trouble.json"), """
                {"id": "lab:trouble:1", "bundles": [{"id": "lab:%s:1.0.0", "start-order": %d}]}
                """.formatted(NAME, startOrder));
        return folder;
    }

    private static void copies(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    private static void links(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.createSymbolicLink(to.resolve(file.getFileName()), file);
            }
        }
    }

    /** As the JVM does for want of memory: at once, without a hook, status 3. */
    private static void kill(CodeBuilder code) {
        ClassDesc runtime = ClassDesc.of("java.lang.Runtime");
        code.invokestatic(runtime, "getRuntime", MethodTypeDesc.of(runtime))
                .iconst_3()
                .invokevirtual(runtime, "halt", MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int))
                .return_();
    }

    private static void killing(Path jar) throws IOException {
        MethodTypeDesc ofContext =
                MethodTypeDesc.of(ConstantDescs.CD_void, ClassDesc.of("org.osgi.framework.BundleContext"));
        Consumer<CodeBuilder> construct = code -> code.aload(0)
                .invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                .return_();
        byte[] octets = ClassFile.of()
                .build(
                        ClassDesc.of("lab.trouble.Activator"),
                        made -> made.withFlags(ClassFile.ACC_PUBLIC)
                                .withInterfaceSymbols(ClassDesc.of("org.osgi.framework.BundleActivator"))
                                .withMethodBody(
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void,
                                        ClassFile.ACC_PUBLIC,
                                        construct)
                                .withMethodBody("start", ofContext, ClassFile.ACC_PUBLIC, OtherInstallation::kill)
                                .withMethodBody("stop", ofContext, ClassFile.ACC_PUBLIC, CodeBuilder::return_));
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", NAME);
        main.putValue("Bundle-Version", "1.0.0");
        main.putValue("Bundle-Activator", "lab.trouble.Activator");
        main.putValue("Import-Package", "org.osgi.framework");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file, manifest)) {
            out.putNextEntry(new JarEntry("lab/trouble/Activator.class"));
            out.write(octets);
        }
    }
}
