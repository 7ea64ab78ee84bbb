package records

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

// encode returns the file of some records.
func encode(t testing.TB, jobs []aurea.JobRecord) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out)
	for _, job := range jobs {
		if err := w.Write(job); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// decode returns the records of a file.
func decode(t testing.TB, data []byte) (jobs []aurea.JobRecord) {
	t.Helper()
	for job, err := range Read(data) {
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, job)
	}
	return jobs
}

// Law: Read returns what a Writer wrote, in the same order, for any values.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		moment := rapid.Int64Range(-1, math.MaxInt64)
		jobs := rapid.SliceOf(rapid.Custom(func(r *rapid.T) aurea.JobRecord {
			moments := []int64{moment.Draw(r, "a"), moment.Draw(r, "b"), moment.Draw(r, "c")}
			slices.Sort(moments)
			return aurea.JobRecord{
				Index:    rapid.Int64Min(0).Draw(r, "index"),
				Intended: time.Duration(moments[0]), Start: time.Duration(moments[1]), End: time.Duration(moments[2]),
				Outcome: rapid.SampledFrom(aurea.Outcomes()).Draw(r, "outcome"),
			}
		})).Draw(r, "jobs")
		if diff := cmp.Diff(jobs, decode(t, encode(t, jobs))); len(jobs) > 0 && diff != "" {
			r.Fatal(diff)
		}
	})
	for _, n := range []int{0, batchRows - 1, batchRows, 3*batchRows + 1} {
		if jobs := sleepRecords(n, 10); !slices.Equal(decode(t, encode(t, jobs)), jobs) {
			t.Errorf("%d records came back differently", n)
		}
	}
}

// A file with scenarios has the name of each record's, and else what a file without
// them has.
func TestScenarioWriter(t *testing.T) {
	jobs := sleepRecords(2*batchRows+1, 10)
	var out bytes.Buffer
	w := NewScenarioWriter(&out, func(job int64) string { return []string{"sign_in", "browse"}[job%2] })
	for _, job := range jobs {
		if err := w.Write(job); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(decode(t, out.Bytes()), jobs) {
		t.Error("the records came back differently")
	}
	rows, err := parquet.Read[struct {
		Job      int64  `parquet:"job"`
		Scenario string `parquet:"scenario"`
	}](bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil || len(rows) != len(jobs) {
		t.Fatalf("%d rows of %d: %v", len(rows), len(jobs), err)
	}
	for i, r := range rows {
		if want := []string{"sign_in", "browse"}[r.Job%2]; r.Job != int64(i) || r.Scenario != want {
			t.Fatalf("row %d is job %d of %s, want %s", i, r.Job, r.Scenario, want)
		}
	}
}

// A Writer can write another file after Reset, also after an incomplete one.
func TestReset(t *testing.T) {
	var first, second bytes.Buffer
	jobs := sleepRecords(10, 2)
	w := NewWriter(&first)
	for _, job := range jobs {
		_ = w.Write(job)
	}
	w.Reset(&second)
	_ = w.Write(jobs[3])
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := decode(t, second.Bytes()); !slices.Equal(got, jobs[3:4]) {
		t.Errorf("the second file has %+v, want %+v", got, jobs[3:4])
	}
	if first.Len() > 0 && bytes.Contains(second.Bytes(), first.Bytes()) {
		t.Error("the second file contains the first")
	}
}

// Stopping early is no error; damaged data ends with one.
func TestRead(t *testing.T) {
	data := encode(t, sleepRecords(3000, 10))
	n := 0
	for _, err := range Read(data) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 5 {
			break
		}
	}
	last := func(data []byte) (last error) {
		for _, err := range Read(data) {
			last = err
		}
		return last
	}
	for name, broken := range map[string][]byte{
		"nothing": nil,
		"text":    []byte("job,start_ns\n"),
		"half":    data[:len(data)/2],
		"a hole":  append(bytes.Repeat([]byte{0xAA}, len(data)/2), data[len(data)/2:]...),
		"an ending": bytes.ReplaceAll(encode(t, []aurea.JobRecord{{Outcome: aurea.Dropped}}), []byte("dropped"),
			[]byte("drooped")),
	} {
		if err := last(broken); err == nil || !strings.HasPrefix(err.Error(), "records: ") {
			t.Errorf("reading %s ended with %v", name, err)
		}
	}
}

// Records of jobs that sleep take less than 10 bytes each. The size is
// deterministic, so it does not depend on the machine.
func TestSize(t *testing.T) {
	for _, inFlight := range []int{1, 100, 50_000} {
		if size := float64(len(encode(t, sleepRecords(50_000, inFlight)))) / 50_000; size >= 10 {
			t.Errorf("with %d in flight a record takes %.2f bytes, want less than 10", inFlight, size)
		}
	}
}

// sleepRecords returns the records of a closed run of jobs that sleep for 100
// ms ± 20 %: each job starts when an earlier one ends.
func sleepRecords(n, inFlight int) []aurea.JobRecord {
	random := rand.New(rand.NewPCG(1, 2))
	jobs := make([]aurea.JobRecord, n)
	ends := make([]time.Duration, 0, inFlight)
	for i := range jobs {
		start := time.Duration(i) * 60
		if i >= inFlight {
			start = ends[0]
			ends = ends[1:]
		}
		end := start + time.Duration(80e6+random.IntN(40e6)+random.IntN(60_000))
		at, _ := slices.BinarySearch(ends, end)
		ends = slices.Insert(ends, at, end)
		jobs[i] = aurea.JobRecord{Index: int64(i), Intended: start, Start: start, End: end}
	}
	return jobs
}

func BenchmarkWrite(b *testing.B) {
	for name, jobs := range map[string][]aurea.JobRecord{
		"100-in-flight": sleepRecords(250_000, 100), "all-in-flight": sleepRecords(50_000, 50_000),
		"one": sleepRecords(1, 1),
	} {
		b.Run(name, func(b *testing.B) {
			var out bytes.Buffer
			w := NewWriter(&out)
			b.ReportAllocs()
			for b.Loop() {
				out.Reset()
				w.Reset(&out)
				for _, job := range jobs {
					_ = w.Write(job)
				}
				_ = w.Close()
			}
			b.ReportMetric(float64(out.Len())/float64(len(jobs)), "bytes/job")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(jobs)), "ns/job")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	jobs := sleepRecords(250_000, 100)
	data := encode(b, jobs)
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range Read(data) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(jobs)), "ns/job")
}
