package io.cohortclv.models.btyd;

/** Refusals of arguments that no model can mean, each by name and value. */
final class Checks {
  private Checks() {}

  static void positive(ModelFamily family, String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) { // also refuses NaN
      throw new IllegalArgumentException(
          family.title() + " " + name + " must be positive and finite: " + value);
    }
  }

  static void history(int repeats, double recency, double age) {
    if (!(repeats >= 0
        && recency >= 0
        && recency <= age
        && age < Double.POSITIVE_INFINITY
        && (repeats > 0 || recency == 0))) {
      throw new IllegalArgumentException(
          "not a purchase history: repeats "
              + repeats
              + ", recency "
              + recency
              + ", age "
              + age
              + "; needed are 0 <= recency <= age, finite, and recency 0 without repeats");
    }
  }

  static void time(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the " + name + " must be finite and not negative: " + value);
    }
  }

  static void horizon(double horizon, double discountRate) {
    if (!(discountRate >= 0 && discountRate < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the discount rate must be finite and not negative: " + discountRate);
    }
    if (!(horizon >= 0 && (horizon < Double.POSITIVE_INFINITY || discountRate > 0))) {
      throw new IllegalArgumentException(
          "the horizon must not be negative, and finite where nothing is discounted: " + horizon);
    }
  }

  static void purchases(int purchases) {
    if (purchases < 0) {
      throw new IllegalArgumentException("a number of purchases is not negative: " + purchases);
    }
  }
}
