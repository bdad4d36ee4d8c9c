package io.cohortclv.models.fit;

/**
 * What a fit reports of its amounts, and takes its bounds from, where the table itself stays away.
 *
 * @param customers number of customers
 * @param meanAmount mean over the customers of their mean amounts
 */
public record SpendTotals(long customers, double meanAmount) {}
