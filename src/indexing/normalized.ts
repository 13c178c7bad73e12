/**
 * What every selection becomes before it is planned: positions are whole numbers within the
 * array, negative ones resolved, slices clipped.
 *
 * @module
 */
import type { AxisMap } from "./projection.ts";

/** The product of one set of positions per axis: integers, slices and one list each. */
export interface OrthogonalSelection {
  readonly kind: "orthogonal";
  /** One map per axis of the array. */
  readonly axes: readonly AxisMap[];
  /** One length per axis of the array: an integer's is 1. Same elements, same order as `resultShape`. */
  readonly axisShape: readonly number[];
  /** Shape of the result: integers dropped, new axes of length 1. */
  readonly resultShape: readonly number[];
  /** Is the result a scalar: an integer for every axis and nothing else? */
  readonly scalar: boolean;
}

/** Single elements, in the C order of the result. */
export interface PointSelection {
  readonly kind: "points";
  /** Number of points: the product of `resultShape`. */
  readonly length: number;
  /** Per axis of the array, the position of each point. */
  readonly coordinates: readonly Float64Array[];
  readonly resultShape: readonly number[];
  readonly scalar: false;
}

/** A selection applied to one shape. */
export type NormalizedSelection = OrthogonalSelection | PointSelection;
