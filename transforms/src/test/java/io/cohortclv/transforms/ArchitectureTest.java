package io.cohortclv.transforms;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.SparkSession;

@AnalyzeClasses(
    packages = "io.cohortclv.transforms",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ACTIONS =
      "collect.*|count|show|head|first|take.*|tail|foreach.*|toLocalIterator|write.*|cache|persist"
          + "|checkpoint|localCheckpoint|isEmpty|reduce|toDF|createOrReplace.*|createGlobal.*";

  @ArchTest
  static final ArchRule stagesMeetOnlyInTables =
      slices()
          .matching("io.cohortclv.transforms.(*)..")
          .should()
          .notDependOnEachOther()
          .ignoreDependency(
              DescribedPredicate.alwaysTrue(), resideInAPackage("io.cohortclv.transforms.table.."));

  @ArchTest
  static final ArchRule tablesKnowNoStage =
      noClasses()
          .that()
          .resideInAPackage("..transforms.table..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.cohortclv.models..");

  /** A Spark ML estimator runs its fit, and a model writes and reads itself. */
  private static final String SPARK_ML = "io.cohortclv.transforms.ml..";

  /** Connected components come in rounds, each of which must know how the last one ended. */
  private static final String IDENTITY = "io.cohortclv.transforms.identity..";

  @ArchTest
  static final ArchRule transformsRunNoActions =
      noClasses()
          .that()
          .resideOutsideOfPackages(SPARK_ML, IDENTITY)
          .should()
          .callMethodWhere(
              target(owner(assignableTo(Dataset.class))).and(target(nameMatching(ACTIONS))));

  @ArchTest
  static final ArchRule transformsOpenNoSession =
      noClasses()
          .that()
          .resideOutsideOfPackage(SPARK_ML)
          .should()
          .dependOnClassesThat()
          .areAssignableTo(SparkSession.class);

  @ArchTest
  static final ArchRule sparkMlUsesTheSessionItIsGiven =
      noClasses()
          .that()
          .resideInAPackage(SPARK_ML)
          .should()
          .callMethodWhere(
              target(owner(assignableTo(SparkSession.class)))
                  .and(target(nameMatching("builder|active|getActive.*|getDefault.*|newSession"))));

  @ArchTest
  static final ArchRule classesAreNamedForTheirSubject =
      classes().should().haveNameNotMatching(".*(Util|Utils|Helper|Helpers|Manager|Common|Impl)");
}
