/** Histories of customers as the models read them. */
package io.cohortclv.transforms.summary;
