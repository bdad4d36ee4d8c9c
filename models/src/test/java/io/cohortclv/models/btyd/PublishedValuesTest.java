package io.cohortclv.models.btyd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Point values that others printed, with their digits completed in multiple precision. The first
 * column is the row of the project's table of published values.
 */
class PublishedValuesTest {
  private static final PurchaseModel BG = ModelFamily.BG_NBD.model(.243, 4.414, .793, 2.426);
  private static final PurchaseModel BG_OF_BTYD =
      ModelFamily.BG_NBD.model(0.2425982, 4.4136842, 0.7929899, 2.4261667);
  private static final PurchaseModel PARETO_OF_BTYD =
      ModelFamily.PARETO_NBD.model(.553397143257, 10.580198543474, .606062497118, 11.656223670708);

  /** A011: BTYD R/bgnbd.R, example; A012: Hardie's spreadsheet, 1.226. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({"A011, 2, 10, 35, 39, 0.391569207091", "A012, 39, 2, 30.43, 38.86, 1.22602817477"})
  void bgNbdExpectedPurchases_ofACustomer(
      String id, double horizon, int x, double recency, double age, double expected) {
    assertThat(BG.expectedPurchases(horizon, x, recency, age))
        .isCloseTo(expected, withinPercentage(1e-6));
  }

  /** Hardie's spreadsheet: .0078 .0532 .1506 1.0405 1.0437 1.8576 at its unrounded parameters. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "A013, 0.1429, 0.00782834751607",
    "A014, 1, 0.0532678911717",
    "A015, 3, 0.150865230893",
    "A016, 31.8571, 1.04199606085",
    "A017, 32, 1.04524332837",
    "A018, 78, 1.86051905794"
  })
  void bgNbdExpectedPurchases_ofANewCustomer(String id, double horizon, double expected) {
    assertThat(BG.expectedPurchases(horizon)).isCloseTo(expected, withinPercentage(1e-6));
  }

  /** BTYD's manual, through the tests of lifetimes. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "A019, 2, 10, 1.07868964037e-7",
    "A020, 39, 0, 0.573786352096",
    "A021, 30, 11, 0.00199952144748",
    "A022, 30, 20, 0.000222226048007"
  })
  void bgNbdProbability_ofANumberOfPurchases(String id, double t, int n, double expected) {
    assertThat(BG.probability(n, t)).isCloseTo(expected, withinPercentage(1e-6));
  }

  /** BTYD's walkthrough: .9688523. */
  @Test
  void a023_bgNbdAliveProbability() {
    assertThat(BG_OF_BTYD.aliveProbability(26, 30.857142857, 31))
        .isCloseTo(0.968852151049, withinPercentage(1e-4));
  }

  /** BTYD's walkthrough: 25.75659. */
  @Test
  void a024_bgNbdExpectedPurchases() {
    assertThat(BG_OF_BTYD.expectedPurchases(52, 26, 30.857142857, 31))
        .isCloseTo(25.7565377465, withinPercentage(1e-4));
  }

  /** BTYD R/pnbd.R and its walkthrough: 0.2941633, 1, .997874. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "A025, 0, 0, 39, 0.294163335769",
    "A026, 23, 39, 39, 1",
    "A027, 26, 30.857142857142857, 31, 0.997873408212"
  })
  void paretoNbdAliveProbability_ofACustomer(
      String id, int x, double recency, double age, double expected) {
    assertThat(PARETO_OF_BTYD.aliveProbability(x, recency, age))
        .isCloseTo(expected, withinPercentage(1e-6));
  }

  /** BTYD's walkthrough: 25.45647, and the paradox .7062289 .1442396 .02250658 .00309267. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "A028, 26, 30.857142857142857, 31, 25.4541832736",
    "A029, 10, 20, 39, 0.705967342173",
    "A030, 15, 20, 39, 0.144187797402",
    "A031, 20, 20, 39, 0.0224992824319",
    "A032, 25, 20, 39, 0.00309178961379"
  })
  void paretoNbdExpectedPurchases_fallAsPastFrequencyOfTheSilentRises(
      String id, int x, double recency, double age, double expected) {
    assertThat(PARETO_OF_BTYD.expectedPurchases(52, x, recency, age))
        .isCloseTo(expected, withinPercentage(1e-6));
  }

  /** lifetimes tests: 6.2060517889632418, 6.2528722475748113. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({"A033, 132, 6.20605178896293", "A034, 133, 6.2528722475745"})
  void paretoNbdExpectedPurchases_ofManyRepeats(String id, int x, double expected) {
    assertThat(
            ModelFamily.PARETO_NBD.model(.55, 10.58, .61, 11.67).expectedPurchases(10, x, 200, 200))
        .isCloseTo(expected, withinPercentage(1e-6));
  }

  /** BTYD's manual: .05077821 .23247466 .38909211. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({"A035, 1, 0.0507782061662", "A036, 5, 0.232474658205", "A037, 9, 0.389092109465"})
  void paretoNbdExpectedPurchases_ofANewCustomer(String id, double horizon, double expected) {
    assertThat(ModelFamily.PARETO_NBD.model(.55, 10.56, .61, 11.64).expectedPurchases(horizon))
        .isCloseTo(expected, withinPercentage(1e-6));
  }

  /** BTYD R/pnbd.R, example of discounted expected residual transactions, .0027 a week. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "A038, 7, 35, 1.86418332807",
    "A039, 1, 30, 2.1991554497",
    "A040, 3, 30, 2.86712839121",
    "A041, 5, 30, 1.84050192448",
    "A042, 10, 30, 0.167927508566"
  })
  void paretoNbdDiscountedPurchases_overAnInfiniteHorizon(
      String id, int x, double recency, double expected) {
    PurchaseModel model = ModelFamily.PARETO_NBD.model(.5629966, 12.5590370, .4081095, 10.5148048);
    assertThat(model.discountedPurchases(Double.POSITIVE_INFINITY, .0027, x, recency, 77.86))
        .isCloseTo(expected, withinPercentage(1e-6));
  }

  /** pymc-marketing, test_beta_geo.py and test_modified_beta_geo.py, after Hardie's note 027. */
  @Test
  void a055_logLikelihood_ofSingleCustomers() {
    PurchaseModel bg = ModelFamily.BG_NBD.model(.25, 4, .8, 2.5);
    PurchaseModel mbg = ModelFamily.MBG_NBD.model(.25, 4, .8, 2.5);
    assertThat(bg.logLikelihood(0, 0, 40)).isCloseTo(-0.599473818200, within(1e-11));
    assertThat(bg.logLikelihood(200, 38, 40)).isCloseTo(100.795693093, within(1e-8));
    assertThat(mbg.logLikelihood(0, 0, 40)).isCloseTo(-0.417928262045, within(1e-11));
    assertThat(mbg.logLikelihood(200, 38, 40)).isCloseTo(100.786909761, within(1e-8));
  }
}
