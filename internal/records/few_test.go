package records

import (
	"slices"
	"testing"

	"github.com/aurea-orchestrator/aurea"
)

// The binary form is taken for as many records as Parquet takes more bytes for.
func TestEncodeFew(t *testing.T) {
	for _, n := range []int{0, 1, few} {
		jobs := sleepRecords(n, 10)
		data := EncodeFew(slices.Values(jobs))
		if !slices.Equal(decode(t, data), jobs) {
			t.Errorf("%d records came back differently", n)
		}
		if parquet := encode(t, jobs); len(data) >= len(parquet) {
			t.Errorf("%d records take %d bytes, want fewer than the %d of Parquet", n, len(data), len(parquet))
		}
	}
	if data := EncodeFew(slices.Values(sleepRecords(few+1, 10))); data != nil {
		t.Errorf("%d records took %d bytes of the binary form, want Parquet", few+1, len(data))
	}
}

// Whatever data a file of few records has, its records come in the order of their
// jobs, and end no earlier than they start.
func FuzzReadFew(f *testing.F) {
	f.Add(EncodeFew(slices.Values(sleepRecords(20, 3)))[1:])
	f.Add([]byte{0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		next := int64(0)
		for job, err := range Read(append([]byte{fewVersion}, data...)) {
			if err != nil {
				return
			}
			if job.Index < next || job.Intended > job.Start || job.Start > job.End || job.Outcome > aurea.Lost {
				t.Fatalf("record %+v after job %d", job, next-1)
			}
			next = job.Index + 1
		}
	})
}
