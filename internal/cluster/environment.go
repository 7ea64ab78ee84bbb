package cluster

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// environment returns the environment of the member's worker. How its requests
// were sent is known once it has ended.
func (m *Member) environment() aurea.Environment {
	e := m.Worker.Environment
	if !m.Books.Ended() || m.Books.final.IO == "" {
		return e
	}
	e.IO = m.Books.final.IO
	return e.WithDigest()
}

// environmentOf describes the machines of the members as one: with the cores of
// all and, of each other field, what they have in common. Texts that differ are
// listed, and of numbers that differ the smallest is taken. IO is that of the
// members that have one. The digest is one of
// the members' digests, so that the same set of machines has the same.
func environmentOf(members []Member) aurea.Environment {
	if len(members) == 0 {
		return aurea.Environment{}
	}
	all := make([]aurea.Environment, len(members))
	for i := range members {
		all[i] = members[i].environment()
	}
	e := all[0]
	if len(all) == 1 {
		return e
	}
	digests := []string{e.Digest}
	for _, other := range all[1:] {
		digests = append(digests, other.Digest)
		e.Cores += other.Cores
		e.MemoryBytes = min(e.MemoryBytes, other.MemoryBytes)
		e.Cgroup.CPULimit = smallest(e.Cgroup.CPULimit, other.Cgroup.CPULimit)
		e.Cgroup.MemoryLimit = smallest(e.Cgroup.MemoryLimit, other.Cgroup.MemoryLimit)
		e.IO = cmp.Or(e.IO, other.IO)
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
		*text(&e) = inCommon(all, text)
	}
	slices.Sort(digests)
	sum := sha256.Sum256([]byte(strings.Join(digests, " ")))
	e.Digest = hex.EncodeToString(sum[:8])
	return e
}

// maxDifferent is how many different texts are listed.
const maxDifferent = 4

// inCommon returns the text of all environments, or their different texts in
// order.
func inCommon(all []aurea.Environment, text func(*aurea.Environment) *string) string {
	var different []string
	for i := range all {
		different = append(different, *text(&all[i]))
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
