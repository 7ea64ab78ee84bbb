package records

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

// Law: the binary form has any records in the order of their jobs exactly.
func TestBinaryRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		moment := rapid.OneOf(rapid.Int64Range(0, 1e10), rapid.SampledFrom([]int64{0, 1, int64(24 * time.Hour)}))
		var jobs []aurea.JobRecord
		index := int64(0)
		for range rapid.IntRange(0, 20).Draw(r, "jobs") {
			index += rapid.OneOf(rapid.Int64Range(0, 3), rapid.Just[int64](aurea.MaxJobs)).Draw(r, "step")
			start := time.Duration(moment.Draw(r, "start") - 1)
			jobs = append(jobs, aurea.JobRecord{
				Index: index, Intended: start - time.Duration(moment.Draw(r, "delay")), Start: start,
				End:     start + time.Duration(moment.Draw(r, "service")),
				Outcome: rapid.SampledFrom(aurea.Outcomes()).Draw(r, "outcome"),
			})
			index++
		}
		if diff := cmp.Diff(jobs, decode(t, EncodeFew(slices.Values(jobs)))); diff != "" {
			r.Fatalf("records came back differently (-want +got):\n%s", diff)
		}
	})
}

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

// A record of the binary form that no Position encodes is refused.
func TestReadFewRefuses(t *testing.T) {
	good := EncodeFew(slices.Values(sleepRecords(3, 10)))
	large := bytes.Repeat([]byte{0xff}, 8) // and a byte of 1: 1<<63 - 1 or so
	number := append(large, 0x7f)
	for name, record := range map[string][]byte{
		"half a record":      good[1 : len(good)-1],
		"a job beyond any":   slices.Concat(number, []byte{0, 0, 0}),
		"a start beyond any": slices.Concat([]byte{0}, number, []byte{0, 0}),
		"a delay beyond any": slices.Concat([]byte{0, 0}, number, []byte{0}),
		"an end beyond any":  slices.Concat([]byte{0, 0, 0}, number),
		"a number too long":  bytes.Repeat([]byte{0xff}, 11),
	} {
		var last error
		for _, last = range Read(append([]byte{fewVersion}, record...)) { //nolint:revive // the last error is looked at
		}
		if !errors.Is(last, ErrBinary) || !strings.HasPrefix(last.Error(), "records: ") {
			t.Errorf("%s: the error is %v, want %v", name, last, ErrBinary)
		}
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
