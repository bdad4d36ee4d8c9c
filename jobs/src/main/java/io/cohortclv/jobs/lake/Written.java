package io.cohortclv.jobs.lake;

/**
 * What one commit wrote, as the commit itself says.
 *
 * @param version Delta version of the table right after
 * @param rows rows added
 */
public record Written(long version, long rows) {}
