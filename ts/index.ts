export {
  type CapacityOptions,
  type CapacityReport,
  type CapacityRoom,
  capacity,
  type LevelRoom,
  type ObjectOverhead,
  type PoolCapacity,
  type UsableSpace,
} from "./capacity.ts";
export {
  Cluster,
  type ClusterFile,
  type Config,
  type MissingData,
  type PgOptions,
} from "./cluster.ts";
export type {
  ClusterMove,
  ClusterSummary,
  FillLevel,
  OsdChange,
  OsdFill,
  PgSums,
} from "./clusterReport.ts";
export { type CompareOptions, type Comparison, compare } from "./compare.ts";
export { CrushMap, type MapFormat } from "./crushMap.ts";
export { crushtool } from "./crushtool.ts";
export type { Distribution, OsdSpread } from "./distribution.ts";
export type { ToolOptions, ToolResult } from "./dropIn.ts";
export { CrushlabError, type ErrorCode, type ErrorDetails } from "./errors.ts";
export type { Draw, Refusal, Trace, TraceEvent } from "./explain.ts";
export type { FailureTarget } from "./failureTarget.ts";
export {
  type FilledOsd,
  type GrowOptions,
  type GrowthBalance,
  type GrowthLimit,
  type GrowthLimits,
  type GrowthMonth,
  type GrowthPlan,
  type GrowthReport,
  grow,
} from "./grow.ts";
export type {
  GrowthChange,
  HostToAdd,
  MoveToErasure,
  OsdReplacement,
  OsdsToAdd,
} from "./growthChange.ts";
export type { GrowthRate } from "./growthRate.ts";
export type { JobOptions } from "./job.ts";
export { KERNELS, type Kernel, type Kernels, kernels } from "./kernel.ts";
export type { LocateOptions, ObjectLocation } from "./locate.ts";
export type {
  Bucket,
  BucketAlgorithm,
  BucketItem,
  ChooseOp,
  Device,
  ItemType,
  MapData,
  Rule,
  RuleType,
  SettingOp,
  Step,
  Tunables,
  WeightSet,
} from "./mapData.ts";
export type { ItemPlacement, Location, NewRule, Reclassification } from "./mapEdits.ts";
export type { MapIndex } from "./mapIndex.ts";
export { type ObjectHashOptions, objectHash } from "./objectHash.ts";
export { type ObjectSize, readObjectSizes } from "./objectSizes.ts";
export type { CacheMode, ClusterInfo, Osd, Pool } from "./osdMap.ts";
export { osdmaptool } from "./osdmaptool.ts";
export { type OsdTree, type OsdTreeNode, osdTree } from "./osdTree.ts";
export { type OsdUsageNode, type OsdUsageTree, osdUsage, type Usage } from "./osdUsage.ts";
export type { PgChange, PgChanges, PgView } from "./pgChanges.ts";
export type { PgCheck, PgDifference } from "./pgCheck.ts";
export {
  type ClusterPlan,
  PG_NUM_RELEASES,
  type PgNumOptions,
  type PgNumRelease,
  recommendPgNum,
} from "./pgNum.ts";
export type {
  AutoscalerAdvice,
  AutoscalerView,
  FullestOsd,
  Moved,
  PgcalcOutput,
  PgNumCandidate,
  PgNumCheck,
  PgNumDecision,
  PgNumMethods,
  PgNumReport,
  PgsPerOsd,
  PoolPgNum,
  ReleaseLimits,
  StagedMove,
} from "./pgNumReport.ts";
export { type OsdRows, type Pg, PgTable, type PoolPgs } from "./pgTable.ts";
export { NONE, type PlaceOptions } from "./place.ts";
export type { PlaceManyOptions, Placements } from "./placeMany.ts";
export { type PlannedPool, pgcalcPools } from "./plannedPool.ts";
export type { RecordedPg } from "./recordedPgs.ts";
export type { MappingOptions, Reweights } from "./request.ts";
export { readScenario, type Scenario } from "./scenario.ts";
export {
  type CompareSchemesOptions,
  compareSchemes,
  type SchemeChange,
  type SchemeName,
  type SchemeNode,
  type SchemeNodeCopies,
  type SchemeReport,
} from "./schemes.ts";
export { readScript } from "./script.ts";
export {
  type Change,
  type SimulateOptions,
  type Simulation,
  type SimulationStep,
  simulate,
} from "./simulate.ts";
export type { Size } from "./size.ts";
export { type SweepOptions, sweep } from "./sweep.ts";
export type {
  CopysetLoss,
  Copysets,
  RequirementCheck,
  SweepFailure,
  SweepReport,
  SweepShare,
  SweepStart,
  SweepTally,
  SweepType,
  SweepVerdict,
} from "./sweepReport.ts";
export {
  type OsdLoad,
  type ShardMove,
  type WhatIfOptions,
  type WhatIfReport,
  whatIf,
} from "./whatIf.ts";
