package io.cohortclv.models;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "io.cohortclv.models",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String HOUSE = "io.cohortclv..";

  @ArchTest
  static final ArchRule modelsAreSparkFree =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..");

  @ArchTest static final ArchRule mathKnowsNothingOfOurs = packageSees("math");

  @ArchTest static final ArchRule btydSeesMath = packageSees("btyd", "math");

  @ArchTest static final ArchRule spendSeesMath = packageSees("spend", "math");

  @ArchTest
  static final ArchRule valueSeesTheModels = packageSees("value", "btyd", "spend", "math");

  @ArchTest static final ArchRule fitSeesTheModels = packageSees("fit", "btyd", "spend", "math");

  @ArchTest static final ArchRule shrinkSeesMath = packageSees("shrink", "math");

  @ArchTest static final ArchRule survivalSeesMath = packageSees("survival", "math");

  @ArchTest static final ArchRule attributionSeesNothing = packageSees("attribution");

  @ArchTest
  static final ArchRule economicsSeesTheModels = packageSees("economics", "btyd", "shrink", "math");

  @ArchTest
  static final ArchRule populationSeesTheModels = packageSees("population", "btyd", "spend");

  private static ArchRule packageSees(String name, String... others) {
    String[] seen = new String[others.length + 1];
    seen[0] = of(name);
    for (int i = 0; i < others.length; i++) {
      seen[i + 1] = of(others[i]);
    }
    return classes()
        .that()
        .resideInAPackage(of(name))
        .should()
        .onlyDependOnClassesThat(resideOutsideOfPackage(HOUSE).or(resideInAnyPackage(seen)));
  }

  private static String of(String name) {
    return "io.cohortclv.models." + name + "..";
  }
}
