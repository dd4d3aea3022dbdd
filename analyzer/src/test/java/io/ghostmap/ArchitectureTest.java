package io.ghostmap;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.ghostmap.support.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the table of packages: data flows one way, and no package uses one further on. */
final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.ghostmap");

    /** What each package may use of the others. */
    private static final Map<String, List<String>> MAY_USE = Map.of(
            "net", List.of(),
            "text", List.of("net"),
            "bundle", List.of("net", "text"),
            "evidence", List.of("net", "text", "bundle"),
            "traffic", List.of("net", "text", "bundle"),
            "datapath", List.of("net", "text", "bundle", "evidence"),
            "replay", List.of("net", "text", "bundle", "evidence", "datapath"),
            "diagnosis", List.of("net", "text", "bundle", "evidence", "datapath", "replay", "traffic"),
            "report", List.of("net", "text", "bundle", "evidence", "datapath", "replay", "traffic", "diagnosis"),
            "cli",
                    List.of(
                            "net",
                            "text",
                            "bundle",
                            "evidence",
                            "datapath",
                            "replay",
                            "traffic",
                            "diagnosis",
                            "report"));

    @Test
    void dataFlowsOneWay() {
        MAY_USE.forEach((name, others) -> {
            Set<String> allowed = new HashSet<>(others);
            allowed.add(name);
            String[] known = allowed.stream().map(ArchitectureTest::all).toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage(all(name))
                    .should()
                    .dependOnClassesThat(JavaClass.Predicates.resideInAPackage("io.ghostmap..")
                            .and(JavaClass.Predicates.resideOutsideOfPackages(known)))
                    .check(CLASSES);
        });
    }

    @Test
    void everyPackageIsInTheTable() {
        classes()
                .should()
                .resideInAnyPackage(
                        MAY_USE.keySet().stream().map(ArchitectureTest::all).toArray(String[]::new))
                .orShould()
                .haveSimpleName("package-info")
                .check(CLASSES);
    }

    private static String all(String name) {
        return "io.ghostmap." + name + "..";
    }

    /** A chain of programs does not depend on whose programs they are. */
    @Test
    void programsOfAnyLoadBalancerAreReplayed() throws IOException {
        noClasses()
                .that()
                .resideInAPackage("io.ghostmap.datapath.program..")
                .should()
                .dependOnClassesThat(JavaClass.Predicates.resideInAPackage("io.ghostmap.datapath..")
                        .and(JavaClass.Predicates.resideOutsideOfPackage("io.ghostmap.datapath.program..")))
                .check(CLASSES);
        for (String name : List.of("replay", "datapath/program")) {
            Path folder = Repository.root()
                    .resolve("analyzer/src/main/java/io/ghostmap")
                    .resolve(name);
            try (Stream<Path> files = Files.list(folder)) {
                assertThat(files)
                        .allSatisfy(file -> assertThat(Files.readString(file))
                                .doesNotContainIgnoringCase("cilium")
                                .doesNotContainIgnoringCase("reverse_sk")
                                .doesNotContain("rev_nat"));
            }
        }
    }

    @Test
    void onlyTheListOfLoadBalancersNamesOne() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.ghostmap.datapath.cilium..")
                .and()
                .doNotHaveFullyQualifiedName("io.ghostmap.datapath.LoadBalancers")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.ghostmap.datapath.cilium..")
                .check(CLASSES);
    }

    @Test
    void onePackageEachKnowsItsLibrary() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.ghostmap.traffic..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.pcap4j..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackage("io.ghostmap.report..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("freemarker..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackage("io.ghostmap.bundle..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.commons.compress..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideOutsideOfPackage("io.ghostmap.cli..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("picocli..")
                .check(CLASSES);
    }

    @Test
    void nothingButTheCommandWritesFiles() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.ghostmap.cli..")
                .should()
                .callMethod(
                        java.nio.file.Files.class,
                        "newOutputStream",
                        java.nio.file.Path.class,
                        java.nio.file.OpenOption[].class)
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.FileOutputStream")
                .check(CLASSES);
    }

    @Test
    void nothingAsksTheMachineForClockOrNames() {
        noClasses()
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.net.InetSocketAddress")
                .check(CLASSES);
    }

    @Test
    void valuesAreFinal() {
        classes()
                .that()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .should()
                .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL)
                .orShould()
                .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT)
                .orShould()
                .beAssignableTo(Exception.class)
                .orShould()
                .haveSimpleName("")
                .check(CLASSES);
    }
}
