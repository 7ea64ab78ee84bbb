package workload

import "github.com/aurea-orchestrator/aurea/internal/lazyregexp"

// ClassCapture is the class of jobs that find nothing to capture.
const ClassCapture = "capture"

// MaxCaptured limits the bytes of a captured value.
const MaxCaptured = 64 << 10

// CaptureName matches what a captured value may be called.
var CaptureName = lazyregexp.New(`^[A-Za-z_][A-Za-z0-9_]{0,39}$`)
