package io.cohortclv.jobs.estimate;

import java.util.Optional;

/** What the user calls the columns of an order file. */
public record OrderColumns(
    String customer, String time, Optional<String> amount, Optional<String> segment) {}
