/** The tables the stages meet in: names, columns, types, grain and units, each said once. */
package io.cohortclv.transforms.table;
