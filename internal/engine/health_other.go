//go:build !linux

package engine

import "time"

// Elsewhere these are not known; a result then has no doubt on their account.

func processCPU() time.Duration { return 0 }

func stolen() time.Duration { return 0 }

func throttled(string) time.Duration { return 0 }

func kernel() string { return "" }

func governor() string { return "" }

func read(string) string { return "" }
