/**
 * Special functions, sums and integrals that the libraries lack. Imports no other package of ours.
 */
package io.cohortclv.models.math;
