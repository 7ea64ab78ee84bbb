// Package aurea defines the domain of the benchmark service: the request (Spec),
// the resolved request (Plan), measurements (Tally, Progress) and the outcome
// (Result, Run). Package compare says how results differ.
//
// It has only values and pure functions: nothing starts a goroutine, reads a
// clock or opens a file. Every package of Aurea may import this one; it imports
// only hist, param and the standard library. Data flows one way:
//
//	Spec ─► Plan ─► jobs ─► Tally ─► Result ─► Run
//
// Read in that order: spec.go, decode.go and specfields.go, plan.go, tally.go,
// result.go, threshold.go, run.go.
package aurea
