//go:build !linux

package engine

import "time"

// Other systems do not report these values, so a result has no doubts about
// them.

func processCPU() time.Duration { return 0 }

func stolen() time.Duration { return 0 }

func throttled(string) time.Duration { return 0 }

func kernel() string { return "" }

func governor() string { return "" }

func read(string) string { return "" }
