/** Who brought each order and each customer. */
package io.cohortclv.transforms.attribution;
