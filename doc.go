// Package aurea holds the words of the domain: what is asked (Spec), what will
// be done (Plan), what was seen while it was done (Tally, Progress), what came of
// it (Result, Run). Package compare says how results differ.
//
// Its stance: values and pure functions only. Nothing here starts a goroutine,
// reads a clock or opens a file; every package of Aurea may import this one, and
// of ours it imports only hist and param. Data flows one way:
//
//	Spec ─► Plan ─► jobs ─► Tally ─► Result ─► Run
//
// Read in that order: spec.go, decode.go and specfields.go, plan.go, tally.go,
// result.go, threshold.go, run.go.
package aurea
