/** Compressed histories, maximum likelihood, standard errors. */
package io.cohortclv.models.fit;
