/** The models in Spark ML's manners, for pipelines of one's own. */
package io.cohortclv.transforms.ml;
