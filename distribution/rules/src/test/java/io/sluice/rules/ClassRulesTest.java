package io.sluice.rules;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the compiled classes may see of one another. */
class ClassRulesTest {

    /** Plain libraries of ours that rooms embed as private packages; they see nobody but the JDK, Netty's buffers or JNA. */
    private static final Set<String> LIBRARIES = Set.of(
            "dialer", "netlink", "nftables", "proxyclient", "proxycodec", "proxyserver", "shadowsocks", "view", "wire");

    /** The second stack embeds what netstack's engine has beside TCP: a copy of its own, so neither bundle sees the other. */
    private static final List<String> SHARED_STACK = List.of("systemstack", "netstack");

    private static final String[] ENGINES = {"io.sluice..engine.."};

    private static JavaClasses all;

    @BeforeAll
    static void read() {
        SourceTree tree = SourceTree.find();
        all = new ClassFileImporter()
                .importPaths(tree.modules().stream()
                        .map(module -> module.resolve("target/classes"))
                        .toList());
    }

    @Test
    void r1WireSeesTheJdkOnly() {
        classes()
                .that()
                .resideInAPackage("io.sluice.wire..")
                .should()
                .onlyDependOnClassesThat(
                        resideInAnyPackage("java..", "io.sluice.wire..").or(primitive()))
                .check(all);
    }

    @Test
    void r2EnginesKnowNoFrameworkAndNoSystem() {
        noClasses()
                .that()
                .resideInAnyPackage(ENGINES)
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("org.osgi..", "com.sun.jna..", "org.eclipse.jetty..", "jakarta.servlet.."))
                .check(all);
    }

    @Test
    void r3ContractsSeeTheJdkAndNettysTypes() {
        classes()
                .that()
                .resideInAPackage("io.sluice.api..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                "java..",
                                "io.sluice.api..",
                                "org.osgi.annotation..",
                                "io.netty.buffer..",
                                "io.netty.channel..",
                                "io.netty.util.concurrent..")
                        .or(primitive()))
                .check(all);
        noClasses()
                .that()
                .resideInAnyPackage(
                        "io.sluice.api.net..",
                        "io.sluice.api.killswitch..",
                        "io.sluice.api.route..",
                        "io.sluice.api.tunnel..",
                        "io.sluice.api.config..",
                        "io.sluice.api.policy..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .because("control-plane contracts speak JDK types only")
                .check(all);
        slices().matching("io.sluice.api.(*)..").should().beFreeOfCycles().check(all);
    }

    @Test
    void outboundsSayWhereTheirSocketsGo() {
        classes()
                .that()
                .implement("io.sluice.api.outbound.Outbound")
                .and()
                .resideInAPackage("io.sluice.outbound..")
                .should(declare("reach"))
                .because("the contract's default is anywhere, for which the kill switch opens")
                .check(all);
    }

    private static ArchCondition<JavaClass> declare(String method) {
        return new ArchCondition<>("declare " + method + "()") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                boolean declared = item.tryGetMethod(method).isPresent();
                events.add(new SimpleConditionEvent(
                        item, declared, item.getName() + (declared ? " declares " : " lacks ") + method + "()"));
            }
        };
    }

    @Test
    void r5RoomsMeetThroughTheContractsOnly() {
        classes()
                .that()
                .resideInAPackage("io.sluice..")
                .should(seeOnlyTheirOwnRoom())
                .check(all);
    }

    @Test
    void r6NativeCallsLiveInFragments() {
        noClasses()
                .that(describe(
                        "are neither in a fragment nor in netlink",
                        type -> !type.getPackageName().contains(".linux")))
                .should()
                .dependOnClassesThat(resideInAnyPackage("com.sun.jna..", "java.lang.foreign.."))
                .check(all);
    }

    @Test
    void r9TheKillSwitchSeesNoOtherContract() {
        noClasses()
                .that()
                .resideInAPackage("io.sluice.killswitch..")
                .should()
                .dependOnClassesThat(resideInAPackage("io.sluice.api..")
                        .and(not(resideInAnyPackage("io.sluice.api.killswitch..", "io.sluice.api.net.."))))
                .because("its rules hold when every other room has failed")
                .check(all);
    }

    @Test
    void r11NoActivatorsAndNoTrackers() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.sluice.launcher..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("org.osgi.framework.BundleActivator")
                .check(all);
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.osgi.util.tracker..")
                .check(all);
    }

    @Test
    void r12EnginesAreToldTheTimeAndTheDice() {
        noClasses()
                .that()
                .resideInAnyPackage(ENGINES)
                .should()
                .callMethod(System.class, "nanoTime")
                .check(all);
        noClasses()
                .that()
                .resideInAnyPackage(ENGINES)
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .check(all);
        noClasses()
                .that()
                .resideInAnyPackage(ENGINES)
                .should()
                .callMethod(java.time.Instant.class, "now")
                .check(all);
        noClasses()
                .that()
                .resideInAnyPackage(ENGINES)
                .should()
                .callMethod(Thread.class, "sleep", long.class)
                .check(all);
        noClasses()
                .that()
                .resideInAnyPackage(ENGINES)
                .should()
                .callConstructor(Random.class)
                .check(all);
        fields().that()
                .areDeclaredInClassesThat()
                .resideInAnyPackage(ENGINES)
                .and()
                .areStatic()
                .and()
                .doNotHaveModifier(JavaModifier.SYNTHETIC)
                .should()
                .beFinal()
                .check(all);
    }

    private static com.tngtech.archunit.base.DescribedPredicate<JavaClass> primitive() {
        return describe(
                "are primitive or arrays of such",
                type -> type.isPrimitive() || type.getBaseComponentType().isPrimitive());
    }

    private static ArchCondition<JavaClass> seeOnlyTheirOwnRoom() {
        return new ArchCondition<>("see only their own room, the contracts and the embedded libraries") {
            @Override
            public void check(JavaClass from, ConditionEvents events) {
                String mine = room(from.getPackageName());
                from.getDirectDependenciesFromSelf().forEach(dependency -> {
                    String target =
                            dependency.getTargetClass().getBaseComponentType().getPackageName();
                    if (!target.startsWith("io.sluice.") || target.startsWith("io.sluice.api")) {
                        return;
                    }
                    String theirs = room(target);
                    boolean ok = theirs.equals(mine)
                            || SHARED_STACK.equals(List.of(mine, theirs))
                            || mine.startsWith(theirs + ".")
                            || LIBRARIES.contains(theirs.split("\\.")[0]);
                    events.add(new SimpleConditionEvent(from, ok, dependency.getDescription()));
                });
            }
        };
    }

    /** {@code tun}, {@code outbound.socks}; a fragment is {@code tun.linux}, which may see {@code tun}. */
    private static String room(String packageName) {
        List<String> parts = List.of(packageName.split("\\."));
        if (parts.size() < 3) {
            return "";
        }
        String first = parts.get(2);
        boolean nested = Set.of("inbound", "outbound", "transport").contains(first);
        if (nested && parts.size() > 3) {
            return first + "." + parts.get(3);
        }
        return parts.size() > 3 && Set.of("linux", "macos", "windows").contains(parts.get(3))
                ? first + "." + parts.get(3)
                : first;
    }
}
