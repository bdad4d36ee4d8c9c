/**
 * Buy-till-you-die models: parameters, likelihood of one history, predictions.
 *
 * <p>A history is (x, t_x, T): repeat purchases, time of the last one, age, all since the first
 * purchase and in the time unit of the parameters.
 */
package io.cohortclv.models.btyd;
