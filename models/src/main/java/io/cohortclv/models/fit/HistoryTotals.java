package io.cohortclv.models.fit;

/**
 * What a fit reports of its data, and takes its bounds from, where the table itself stays away.
 *
 * @param customers number of customers
 * @param repeatPurchases their repeat purchases
 * @param distinctHistories rows of the compressed table
 * @param meanAge mean age of the customers, in the time unit of the table
 */
public record HistoryTotals(
    long customers, long repeatPurchases, int distinctHistories, double meanAge) {

  static HistoryTotals of(Histories histories) {
    return new HistoryTotals(
        histories.customers(), histories.totalRepeats(), histories.distinct(), histories.meanAge());
  }
}
