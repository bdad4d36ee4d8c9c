/** The synthetic shop: raw logs whose truth is known. */
package io.cohortclv.jobs.simulate;
