/** Raw rows made into typed, judged, deduplicated events, and the version of each at a time. */
package io.cohortclv.transforms.events;
