/** How long customers stay, when for many of them the end has not been seen. */
package io.cohortclv.models.survival;
