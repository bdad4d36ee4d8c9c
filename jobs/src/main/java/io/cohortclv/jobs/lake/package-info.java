/** The only code that opens a session or reads or writes a table of the lake. */
package io.cohortclv.jobs.lake;
