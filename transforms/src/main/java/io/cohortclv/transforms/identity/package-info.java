/** Who a customer, visitor or person is. */
package io.cohortclv.transforms.identity;
