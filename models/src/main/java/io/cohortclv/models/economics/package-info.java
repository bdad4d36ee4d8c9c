/** What a customer may cost: discounting, payback, and the ceilings of a commission. */
package io.cohortclv.models.economics;
