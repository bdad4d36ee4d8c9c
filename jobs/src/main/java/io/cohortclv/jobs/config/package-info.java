/** HOCON made into checked records, once, at the edge. */
package io.cohortclv.jobs.config;
