/** Models of the money in one purchase. */
package io.cohortclv.models.spend;
