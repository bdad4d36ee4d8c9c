/** The runnable product: its command line, and the jobs behind it. */
package io.cohortclv.jobs;
