/** Scorecards: credit, scores and costs brought together. */
package io.cohortclv.transforms.economics;
