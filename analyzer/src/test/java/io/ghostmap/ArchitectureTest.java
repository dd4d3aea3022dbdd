package io.ghostmap;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Holds the arrows of the house: data flows one way, and no room knows one to its right. */
final class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.ghostmap");

    @Test
    void dataFlowsOneWay() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("net")
                .definedBy("io.ghostmap.net..")
                .layer("text")
                .definedBy("io.ghostmap.text..")
                .layer("bundle")
                .definedBy("io.ghostmap.bundle..")
                .layer("evidence")
                .definedBy("io.ghostmap.evidence..")
                .layer("traffic")
                .definedBy("io.ghostmap.traffic..")
                .layer("datapath")
                .definedBy("io.ghostmap.datapath..")
                .layer("replay")
                .definedBy("io.ghostmap.replay..")
                .layer("diagnosis")
                .definedBy("io.ghostmap.diagnosis..")
                .layer("report")
                .definedBy("io.ghostmap.report..")
                .layer("cli")
                .definedBy("io.ghostmap.cli..")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("report")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("diagnosis")
                .mayOnlyBeAccessedByLayers("report", "cli")
                .whereLayer("replay")
                .mayOnlyBeAccessedByLayers("diagnosis", "report", "cli")
                .whereLayer("datapath")
                .mayOnlyBeAccessedByLayers("replay", "diagnosis", "report", "cli")
                .whereLayer("evidence")
                .mayOnlyBeAccessedByLayers("datapath", "replay", "diagnosis", "report", "cli")
                .whereLayer("traffic")
                .mayOnlyBeAccessedByLayers("diagnosis", "report", "cli")
                .check(CLASSES);
    }

    @Test
    void textKnowsOnlyTheVocabulary() {
        noClasses()
                .that()
                .resideInAPackage("io.ghostmap.text..")
                .should()
                .dependOnClassesThat(JavaClass.Predicates.resideInAPackage("io.ghostmap..")
                        .and(JavaClass.Predicates.resideOutsideOfPackages("io.ghostmap.net..", "io.ghostmap.text..")))
                .check(CLASSES);
    }

    @Test
    void bundleKnowsNothingOfOursButVocabulary() {
        noClasses()
                .that()
                .resideInAPackage("io.ghostmap.bundle..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.ghostmap.evidence..",
                        "io.ghostmap.traffic..",
                        "io.ghostmap.datapath..",
                        "io.ghostmap.replay..",
                        "io.ghostmap.diagnosis..",
                        "io.ghostmap.report..",
                        "io.ghostmap.cli..")
                .check(CLASSES);
    }

    @Test
    void onlyTheLayoutsKnowCilium() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.ghostmap.datapath.cilium..", "io.ghostmap.cli..")
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
                .beAssignableTo(Exception.class)
                .orShould()
                .haveSimpleName("")
                .check(CLASSES);
    }
}
