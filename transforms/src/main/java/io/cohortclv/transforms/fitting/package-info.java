/** Compressed histories to fitted models of segments, on the executors. */
package io.cohortclv.transforms.fitting;
