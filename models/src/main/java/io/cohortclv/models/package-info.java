/** Purchase-frequency, spend and lifetime models in plain Java. */
package io.cohortclv.models;
