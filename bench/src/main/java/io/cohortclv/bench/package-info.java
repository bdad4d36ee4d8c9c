/** What is timed, and the product's side of the comparison with its peers. */
package io.cohortclv.bench;
