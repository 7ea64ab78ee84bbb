package cluster

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/records"
)

// pulled returns the records of a log as they arrive, in parts.
func pulled(t rapid.TB, log *aurea.JobLog, from int64) (jobs []aurea.JobRecord, parts int) {
	t.Helper()
	for more := true; more; parts++ {
		data := appendRecords(nil, log, from)
		if len(data) > maxPiece {
			t.Fatalf("a part has %d bytes", len(data))
		}
		var err error
		more, err = decodeRecords(data, from, func(job aurea.JobRecord) error {
			jobs, from = append(jobs, job), job.Index+1
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return jobs, parts
}

// Law: the records that arrive are those of the log from the given job on.
func TestRecordsBinary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := aurea.NewJobLog(aurea.MaxJobs)
		moment := rapid.OneOf(rapid.Int64Range(0, 1e10), rapid.SampledFrom([]int64{0, 1<<32 - 1, int64(24 * time.Hour)}))
		for range rapid.IntRange(0, 20).Draw(t, "jobs") {
			intended := time.Duration(moment.Draw(t, "intended"))
			start := intended + time.Duration(moment.Draw(t, "delay"))
			log.Put(rapid.Int64Range(0, aurea.MaxJobs-1).Draw(t, "job"),
				rapid.SampledFrom(aurea.Outcomes()).Draw(t, "outcome"),
				intended, start, start+time.Duration(moment.Draw(t, "service")))
		}
		from := rapid.Int64Range(0, aurea.MaxJobs).Draw(t, "from")
		got, _ := pulled(t, log, from)
		if want := slices.Collect(log.From(from)); !slices.Equal(got, want) {
			t.Fatalf("records %+v, want %+v", got, want)
		}
	})
}

// Records of more than one part arrive whole.
func TestRecordsInParts(t *testing.T) {
	log := sleepLog(150_000)
	got, parts := pulled(t, log, 0)
	if parts < 2 {
		t.Errorf("150,000 records came in %d part", parts)
	}
	if !slices.Equal(got, slices.Collect(log.All())) {
		t.Errorf("%d records are others than the 150,000 of the log", len(got))
	}
}

func TestRecordsProblem(t *testing.T) {
	_, err := decodeRecords(recordsProblem(errNoRecords), 0, nil)
	if err == nil || err.Error() != errNoRecords.Error() {
		t.Errorf("the error is %v, want %v", err, errNoRecords)
	}
}

// Parts that no worker sends are refused.
func TestRecordsBinaryRefuses(t *testing.T) {
	log := aurea.NewJobLog(aurea.MaxJobs)
	log.Put(1, aurea.OK, 1, 2, 3)
	good := appendRecords(nil, log, 0)
	for name, data := range map[string][]byte{
		"nothing":                  nil,
		"another version":          append([]byte{9}, good[1:]...),
		"half a record":            good[:len(good)-1],
		"too much":                 append(bytes.Clone(good), make([]byte, maxPiece)...),
		"more after no records":    {recordsVersion, 0, 1},
		"a flag that is no flag":   {recordsVersion, 0, 2},
		"a start that is too late": {recordsVersion, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0},
	} {
		if _, err := decodeRecords(data, 0, func(aurea.JobRecord) error { return nil }); !errors.Is(err, aurea.ErrRecordBinary) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

// Whatever is sent, records come in the order of their jobs and end no earlier
// than they start.
func FuzzRecords(f *testing.F) {
	f.Add(appendRecords(nil, sleepLog(20), 0), int64(0))
	f.Add(recordsProblem(errNoRecords), int64(5))
	f.Fuzz(func(t *testing.T, data []byte, from int64) {
		from = max(from, 0) % aurea.MaxJobs
		next := from
		_, _ = decodeRecords(data, from, func(job aurea.JobRecord) error {
			if job.Index < next || job.Intended > job.Start || job.Start > job.End || job.Outcome > aurea.Lost {
				t.Errorf("record %+v after job %d", job, next-1)
			}
			next = job.Index + 1
			return nil
		})
	})
}

// sleepLog returns the log of jobs that sleep about 10 ms, 50 at a time.
func sleepLog(jobs int) *aurea.JobLog {
	log := aurea.NewJobLog(aurea.MaxJobs)
	r := rand.New(rand.NewPCG(1, 2))
	free := make([]time.Duration, 50) // when each slot is free
	for i := range jobs {
		slot := 0
		for j := range free {
			if free[j] < free[slot] {
				slot = j
			}
		}
		start := free[slot] + time.Duration(r.Int64N(2000))
		free[slot] = start + 8*time.Millisecond + time.Duration(r.ExpFloat64()*2e6)
		log.Put(int64(i), aurea.OK, start, start, free[slot])
	}
	return log
}

// The binary form of records beside Parquet: bytes and time a job, there and back.
func BenchmarkRecords(b *testing.B) {
	const jobs = 40_000
	log := sleepLog(jobs)
	report := func(b *testing.B, size int) {
		b.ReportMetric(float64(size)/jobs, "B/job")
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/jobs, "ns/job")
	}
	b.Run("form=binary", func(b *testing.B) {
		var data []byte
		for b.Loop() {
			data = appendRecords(data[:0], log, 0)
			if _, err := decodeRecords(data, 0, func(aurea.JobRecord) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
		report(b, len(data))
	})
	b.Run("form=parquet", func(b *testing.B) {
		var out bytes.Buffer
		w := records.NewWriter(&out)
		for b.Loop() {
			out.Reset()
			w.Reset(&out)
			for job := range log.All() {
				_ = w.Write(job)
			}
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
			for _, err := range records.Read(out.Bytes()) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
		report(b, out.Len())
	})
}
