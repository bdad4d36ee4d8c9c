/** Customers drawn from a population with known parameters. */
package io.cohortclv.models.population;
