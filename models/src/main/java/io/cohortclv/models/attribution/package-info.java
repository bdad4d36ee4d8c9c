/** How the rules share one order among the touches before it. */
package io.cohortclv.models.attribution;
