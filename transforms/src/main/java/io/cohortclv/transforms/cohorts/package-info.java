/** Retention and cumulative value of acquisition cohorts. */
package io.cohortclv.transforms.cohorts;
