/** Empirical Bayes: means and rates of small groups, drawn toward those of their kind. */
package io.cohortclv.models.shrink;
