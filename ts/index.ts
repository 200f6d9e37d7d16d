export { CrushlabError, type ErrorCode, type ErrorDetails } from "./base/errors.ts";
export type { JobOptions } from "./base/job.ts";
export { KERNELS, type Kernel, type Kernels, kernels } from "./base/kernel.ts";
export { limitMemory } from "./base/memory.ts";
export type { Size } from "./base/size.ts";
export { type CompareOptions, type Comparison, compare } from "./change/compare.ts";
export type { PgChange, PgChanges, PgView } from "./change/pgChanges.ts";
export { readScenario, type Scenario } from "./change/scenario.ts";
export { parseScript, readScript, type Script, type ScriptLine } from "./change/script.ts";
export {
  afterChanges,
  type Change,
  type ChangeSource,
  type SimulateOptions,
  type Simulation,
  type SimulationStep,
  simulate,
} from "./change/simulate.ts";
export {
  Cluster,
  type ClusterFile,
  type ClusterWarning,
  type Config,
  type MissingData,
  type Outlook,
  type PgOptions,
  type RunOptions,
  type Verdict,
} from "./cluster/cluster.ts";
export type {
  ClusterMove,
  ClusterSummary,
  FillLevel,
  OsdChange,
  OsdFill,
  PgSums,
} from "./cluster/clusterReport.ts";
export type { Distribution, OsdSpread } from "./cluster/distribution.ts";
export type { FailureTarget } from "./cluster/failureTarget.ts";
export type { LocateOptions, ObjectLocation } from "./cluster/locate.ts";
export type { CacheMode, ClusterInfo, Osd, Pool } from "./cluster/osdMap.ts";
export { type OsdTree, type OsdTreeNode, osdTree } from "./cluster/osdTree.ts";
export { type OsdUsageNode, type OsdUsageTree, osdUsage, type Usage } from "./cluster/osdUsage.ts";
export type { PgCheck, PgDifference } from "./cluster/pgCheck.ts";
export { type OsdRows, type Pg, PgTable, type PoolPgs } from "./cluster/pgTable.ts";
export type { RecordedPg } from "./cluster/recordedPgs.ts";
export type { Recording, SnapshotNotes } from "./cluster/recording.ts";
export { CrushMap, type MapFormat } from "./map/crushMap.ts";
export type { Draw, Refusal, Trace, TraceEvent } from "./map/explain.ts";
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
} from "./map/mapData.ts";
export type { ItemPlacement, Location, NewRule, Reclassification } from "./map/mapEdits.ts";
export type { MapIndex } from "./map/mapIndex.ts";
export { type ObjectHashOptions, objectHash } from "./map/objectHash.ts";
export { NONE, type PlaceOptions } from "./map/place.ts";
export type { PlaceManyOptions, Placements } from "./map/placeMany.ts";
export type { MappingOptions, Reweights } from "./map/request.ts";
export {
  type BalanceOptions,
  type BalanceReport,
  balance,
  balanceReads,
  checkUpmaps,
  type OsdBalance,
  type PoolBalance,
  type PoolsOptions,
  type ReadPool,
  type ReadReport,
  type Targets,
  type UpmapFinding,
  type UpmapReport,
} from "./plan/balance.ts";
export {
  type CapacityOptions,
  type CapacityReport,
  type CapacityRoom,
  capacity,
  type LevelRoom,
  type ObjectOverhead,
  type PoolCapacity,
  type UsableSpace,
} from "./plan/capacity.ts";
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
} from "./plan/grow.ts";
export type {
  GrowthChange,
  HostToAdd,
  MoveToErasure,
  OsdReplacement,
  OsdsToAdd,
} from "./plan/growthChange.ts";
export type { GrowthRate } from "./plan/growthRate.ts";
export type {
  EmptiedOsds,
  MoveAction,
  MoveException,
  MovePlan,
  MovePool,
  MoveStage,
} from "./plan/movePlan.ts";
export { type ObjectSize, readObjectSizes } from "./plan/objectSizes.ts";
export {
  type ClusterPlan,
  PG_NUM_RELEASES,
  type PgNumOptions,
  type PgNumRelease,
  recommendPgNum,
} from "./plan/pgNum.ts";
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
} from "./plan/pgNumReport.ts";
export { type MoveLimits, type PlanOptions, plan } from "./plan/plan.ts";
export { type PlannedPool, pgcalcPools } from "./plan/plannedPool.ts";
export { type RecoveryOptions, recovery } from "./plan/recovery.ts";
export { type DeviceRates, type RecoveryRates, readRates } from "./plan/recoveryRates.ts";
export type {
  AmountRange,
  Bottleneck,
  RecoveryAssumption,
  RecoveryGain,
  RecoveryMoment,
  RecoveryOsd,
  RecoveryPoint,
  RecoveryReport,
  TooFullPg,
} from "./plan/recoveryReport.ts";
export {
  type CompareSchemesOptions,
  compareSchemes,
  type SchemeChange,
  type SchemeName,
  type SchemeNode,
  type SchemeNodeCopies,
  type SchemeReport,
} from "./plan/schemes.ts";
export { type SweepOptions, sweep } from "./plan/sweep.ts";
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
} from "./plan/sweepReport.ts";
export {
  type OsdLoad,
  type ShardMove,
  type WhatIfOptions,
  type WhatIfReport,
  whatIf,
} from "./plan/whatIf.ts";
export { crushtool } from "./tools/crushtool.ts";
export type { ToolOptions, ToolResult } from "./tools/dropIn.ts";
export { osdmaptool } from "./tools/osdmaptool.ts";
