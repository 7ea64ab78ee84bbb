package cluster

import (
	"testing"

	"pgregory.net/rapid"
)

// Law: a packed report is the merged one, in the same bytes, however its parts
// were added.
func TestPackedReport(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		run := drawRun(t)
		for _, w := range run.workers {
			merged, packed := NewReport(), newPackedReport()
			for _, r := range w.reports {
				merged.Merge(r)
				if rapid.Bool().Draw(t, "packed") {
					part := newPackedReport()
					part.add(r)
					packed.addPacked(part)
				} else {
					packed.add(r)
				}
			}
			merged.Epoch, packed.Epoch, merged.Seq, packed.Seq = 3, 3, 1, 1
			want, wantErr := merged.MarshalBinary()
			got, err := packed.MarshalBinary()
			if err != nil || wantErr != nil {
				t.Fatalf("merged: %v, packed: %v", wantErr, err)
			}
			back := NewReport()
			if err := back.UnmarshalBinary(got); err != nil {
				t.Fatal(err)
			}
			if merged.Warmup != nil && back.Warmup == nil { // a tally without jobs is left out
				back.warmup()
			}
			if got, err = back.MarshalBinary(); err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Fatalf("packed %x, want %x", got, want)
			}
		}
	})
}
