package aurea

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// decodeRecords decodes records in the binary form.
func decodeRecords(data []byte) (jobs []JobRecord, err error) {
	for at := (RecordPosition{}); len(data) > 0; {
		var job JobRecord
		if job, data, err = at.Decode(data); err != nil {
			return jobs, err
		}
		jobs = append(jobs, job)
	}
	return jobs, nil
}

// Law: the binary form has any records in the order of their jobs exactly.
func TestRecordBinary(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		moment := rapid.OneOf(rapid.Int64Range(0, 1e10), rapid.SampledFrom([]int64{0, 1, int64(24 * time.Hour)}))
		var jobs []JobRecord
		index := int64(0)
		for range rapid.IntRange(0, 20).Draw(r, "jobs") {
			index += rapid.OneOf(rapid.Int64Range(0, 3), rapid.Just[int64](MaxJobs)).Draw(r, "step")
			start := time.Duration(moment.Draw(r, "start") - 1)
			jobs = append(jobs, JobRecord{
				Index: index, Intended: start - time.Duration(moment.Draw(r, "delay")), Start: start,
				End:     start + time.Duration(moment.Draw(r, "service")),
				Outcome: rapid.SampledFrom(Outcomes()).Draw(r, "outcome"),
			})
			index++
		}
		var data []byte
		at := RecordPosition{}
		for _, job := range jobs {
			data = at.Append(data, job)
		}
		got, err := decodeRecords(data)
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(jobs, got); diff != "" {
			r.Fatalf("records came back differently (-want +got):\n%s", diff)
		}
	})
}

// A record that no RecordPosition encodes is refused.
func TestRecordBinaryRefuses(t *testing.T) {
	good := new(RecordPosition).Append(nil, JobRecord{Index: 3, Intended: 1, Start: 2, End: 1000})
	number := append(bytes.Repeat([]byte{0xff}, 8), 0x7f) // 1<<63 - 1
	for name, record := range map[string][]byte{
		"half a record":      good[:len(good)-1],
		"a job beyond any":   slices.Concat(number, []byte{0, 0, 0}),
		"a start beyond any": slices.Concat([]byte{0}, number, []byte{0, 0}),
		"a delay beyond any": slices.Concat([]byte{0, 0}, number, []byte{0}),
		"an end beyond any":  slices.Concat([]byte{0, 0, 0}, number),
		"a number too long":  bytes.Repeat([]byte{0xff}, 11),
	} {
		if _, err := decodeRecords(record); !errors.Is(err, ErrRecordBinary) {
			t.Errorf("%s: the error is %v, want %v", name, err, ErrRecordBinary)
		}
	}
}
