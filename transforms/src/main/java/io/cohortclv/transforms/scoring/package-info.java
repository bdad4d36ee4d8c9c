/** Fitted models made into columns of customers. */
package io.cohortclv.transforms.scoring;
