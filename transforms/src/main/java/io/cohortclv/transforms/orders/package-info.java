/** What orders were worth: net revenue and margin, with refunds found and applied. */
package io.cohortclv.transforms.orders;
