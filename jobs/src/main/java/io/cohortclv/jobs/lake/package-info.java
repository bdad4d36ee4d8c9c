/** The only code that opens a Spark session or reads or writes storage. */
package io.cohortclv.jobs.lake;
