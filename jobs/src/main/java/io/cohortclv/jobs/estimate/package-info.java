/** One order file in, customer lifetime value out: {@code clv estimate}. */
package io.cohortclv.jobs.estimate;
