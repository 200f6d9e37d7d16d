/**
 * Kinds of numbers in reports, named for their unit. Schemas of the JSON take their bounds from
 * here.
 */

/**
 * How many there are.
 *
 * @asType integer
 * @minimum 0
 */
export type Count = number;

/**
 * Whole bytes.
 *
 * @asType integer
 * @minimum 0
 */
export type Bytes = number;

/**
 * An amount that need not be whole, such as a mean.
 *
 * @minimum 0
 */
export type Amount = number;

/**
 * One amount divided by another; 1 is all of it, and more is possible.
 *
 * @minimum 0
 */
export type Ratio = number;

/**
 * A part of a whole.
 *
 * @minimum 0
 * @maximum 1
 */
export type Share = number;

/**
 * Id of an OSD.
 *
 * @asType integer
 * @minimum 0
 */
export type OsdId = number;

/**
 * Id of an OSD, or below 0 of a bucket.
 *
 * @asType integer
 */
export type ItemId = number;

/**
 * Id of a pool.
 *
 * @asType integer
 * @minimum 0
 */
export type PoolId = number;
