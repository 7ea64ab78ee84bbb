// The documents of the API. Their types come from our own description of the
// API: a test writes api.d.ts from it and checks all modules.

import type { components } from "./api";

type Schemas = components["schemas"];

export type Comparison = Schemas["Comparison"];
export type MetricComparison = Schemas["MetricComparison"];
export type Point = Schemas["Point"];
export type Result = Schemas["Result"];
export type Run = Schemas["Run"];
export type RunProgress = Schemas["RunProgress"];
export type RunSummary = Schemas["Run"];
export type SampledJob = Schemas["SampledJob"];
export type SampledMessage = Schemas["SampledMessage"];
export type Spec = Schemas["Spec"];
export type System = Schemas["System"];
export type ThresholdCheck = Schemas["ThresholdCheck"];
export type Trend = Schemas["Trend"];
export type Worker = Schemas["Worker"];
