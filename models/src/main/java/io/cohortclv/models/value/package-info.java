/** What customers will still bring in: its distribution, for one of them and for many. */
package io.cohortclv.models.value;
