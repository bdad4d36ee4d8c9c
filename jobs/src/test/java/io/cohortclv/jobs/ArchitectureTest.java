package io.cohortclv.jobs;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.SparkSession;

@AnalyzeClasses(
    packages = "io.cohortclv.jobs",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ACTIONS =
      "collect.*|count|show|head|first|take.*|tail|foreach.*|toLocalIterator|write.*|cache|persist"
          + "|checkpoint|localCheckpoint|isEmpty|reduce";

  @ArchTest
  static final ArchRule onlyTheLakeKnowsDelta =
      noClasses()
          .that()
          .resideOutsideOfPackage("..jobs.lake..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.delta..", "org.apache.spark.sql.delta..");

  @ArchTest
  static final ArchRule onlyTheLakeOpensSessions =
      noClasses()
          .that()
          .resideOutsideOfPackage("..jobs.lake..")
          .should()
          .callMethodWhere(
              target(owner(assignableTo(SparkSession.class)))
                  .and(target(nameMatching("builder|getActiveSession|getDefaultSession"))));

  @ArchTest
  static final ArchRule onlyTheLakeRunsActions =
      noClasses()
          .that()
          // An estimate reads one file and has no lake.
          .resideOutsideOfPackages("..jobs.lake..", "..jobs.estimate..")
          .should()
          .callMethodWhere(
              target(owner(assignableTo(Dataset.class))).and(target(nameMatching(ACTIONS))));

  @ArchTest
  static final ArchRule onlyMainExits =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.cohortclv.jobs.Main")
          .should()
          .callMethod(System.class, "exit", int.class);

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("io.cohortclv.jobs.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule classesAreNamedForTheirSubject =
      classes().should().haveNameNotMatching(".*(Util|Utils|Helper|Helpers|Manager|Common|Impl)");
}
