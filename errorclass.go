package aurea

import (
	"cmp"
	"maps"
	"slices"
)

// An ErrorClass counts failures of one kind. Sample is the message of one of them.
type ErrorClass struct {
	Class  string `json:"class"`
	Count  int64  `json:"count"`
	Sample string `json:"sample"`
}

// MergeErrors adds up failures by class, the most frequent first. The sample of a
// class is the first that there is.
func MergeErrors(lists ...[]ErrorClass) []ErrorClass {
	merged := map[string]ErrorClass{}
	for _, class := range slices.Concat(lists...) {
		before := merged[class.Class]
		class.Count += before.Count
		class.Sample = cmp.Or(before.Sample, class.Sample)
		merged[class.Class] = class
	}
	return slices.SortedFunc(maps.Values(merged), func(a, b ErrorClass) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Class, b.Class))
	})
}

// timeoutClass is the error class of jobs that timed out.
const timeoutClass = "timeout"

// errorClasses returns the classes of failures, and a class for the timeouts that
// have none.
func errorClasses(plan Plan, m Measurement) []ErrorClass {
	classes := append([]ErrorClass{}, m.Failures...)
	timeouts, late := -1, m.Tally.Failed+m.Tally.Timeout
	for i, c := range classes {
		if c.Class == timeoutClass {
			timeouts = i
		} else {
			late -= c.Count
		}
	}
	switch {
	case timeouts >= 0:
		classes[timeouts].Count = late
	case late > 0:
		classes = append(classes, ErrorClass{timeoutClass, late,
			"the job took longer than " + plan.Spec.Timeout.String()})
	}
	return classes
}
