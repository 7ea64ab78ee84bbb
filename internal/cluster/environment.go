package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// environmentOf describes the machines of the members as one: with the cores of
// all and, of each other field, what they have in common. Texts that differ are
// listed, and of numbers that differ the smallest is taken. The digest is one of
// the members' digests, so that the same set of machines has the same.
func environmentOf(members []Member) aurea.Environment {
	if len(members) == 0 {
		return aurea.Environment{}
	}
	e := members[0].Worker.Environment
	if len(members) == 1 {
		return e
	}
	digests := []string{e.Digest}
	for _, member := range members[1:] {
		other := member.Worker.Environment
		digests = append(digests, other.Digest)
		e.Cores += other.Cores
		e.MemoryBytes = min(e.MemoryBytes, other.MemoryBytes)
		e.Cgroup.CPULimit = smallest(e.Cgroup.CPULimit, other.Cgroup.CPULimit)
		e.Cgroup.MemoryLimit = smallest(e.Cgroup.MemoryLimit, other.Cgroup.MemoryLimit)
	}
	for _, text := range []func(*aurea.Environment) *string{
		func(e *aurea.Environment) *string { return &e.CPU },
		func(e *aurea.Environment) *string { return &e.OS },
		func(e *aurea.Environment) *string { return &e.Kernel },
		func(e *aurea.Environment) *string { return &e.Governor },
		func(e *aurea.Environment) *string { return &e.Virtualization },
		func(e *aurea.Environment) *string { return &e.Go },
		func(e *aurea.Environment) *string { return &e.Flags },
		func(e *aurea.Environment) *string { return &e.Version },
	} {
		*text(&e) = inCommon(members, text)
	}
	slices.Sort(digests)
	sum := sha256.Sum256([]byte(strings.Join(digests, " ")))
	e.Digest = hex.EncodeToString(sum[:8])
	return e
}

// maxDifferent is how many different texts are listed.
const maxDifferent = 4

// inCommon returns the text of all members, or their different texts in order.
func inCommon(members []Member, text func(*aurea.Environment) *string) string {
	var different []string
	for i := range members {
		different = append(different, *text(&members[i].Worker.Environment))
	}
	slices.Sort(different)
	different = slices.Compact(different)
	if len(different) > maxDifferent {
		different = append(different[:maxDifferent], "…")
	}
	return strings.Join(different, " | ")
}

// smallest returns the smaller limit; 0 is no limit.
func smallest[T float64 | uint64](a, b T) T {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}
