package aurea

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Law: the binary form decodes to the same breakdown. A phase without a record stays
// one.
func TestDetailBinary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.String(), 0, 4, rapid.ID)
		d := NewBreakdown(MetricNames{
			Phases: names.Draw(t, "phases"), Counters: names.Draw(t, "counters"),
			Parts: []Part{{Name: rapid.String().Draw(t, "part"), Weight: rapid.Float64().Draw(t, "weight")}},
		})
		d.parts[0] = drawTally(t)
		for range rapid.IntRange(0, 3).Draw(t, "jobs") {
			phases, counters := make([]time.Duration, len(d.Phases)), make([]int64, len(d.Counters))
			for i := range phases {
				phases[i] = time.Duration(rapid.Int64Range(-1, 1e12).Draw(t, "phase"))
			}
			for i := range counters {
				counters[i] = rapid.Int64().Draw(t, "counter")
			}
			d.Record(phases, counters)
			d.RecordStatuses(StatusCounts{{rapid.IntRange(0, 999).Draw(t, "status"),
				rapid.Int64Range(0, 1e9).Draw(t, "answers")}})
		}
		var read Breakdown
		data := d.AppendBinary(nil)
		if err := read.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(d.counters, read.counters); len(d.counters) > 0 && diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(d.statuses, read.statuses); diff != "" {
			t.Fatal(diff)
		}
		for i, phase := range d.phases {
			if Summarize(phase) != Summarize(read.phases[i]) || (phase == nil) != (read.phases[i] == nil) {
				t.Fatalf("phase %d is %+v, was %+v", i, Summarize(read.phases[i]), Summarize(phase))
			}
		}
		if again := read.AppendBinary(nil); string(again) != string(data) {
			t.Fatal("encoding it again gives other data")
		}
	})
}

// Law: like FuzzTallyBinary, for a breakdown.
func FuzzDetailBinary(f *testing.F) {
	d := NewBreakdown(MetricNames{Phases: []string{"a", "b"}, Counters: []string{"c"}, Parts: []Part{{"p", 0.5}}})
	f.Add(d.AppendBinary(nil))
	d.Record([]time.Duration{-1, 5}, []int64{-7})
	d.RecordStatuses(StatusCounts{{200, 5}, {404, 1}})
	f.Add(d.AppendBinary(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		var read, again Breakdown
		if read.UnmarshalBinary(data) != nil {
			return
		}
		written := read.AppendBinary(nil)
		if err := again.UnmarshalBinary(written); err != nil || string(again.AppendBinary(nil)) != string(written) {
			t.Fatalf("%x decodes, but not when encoded again: %v", data, err)
		}
	})
}

// A breakdown from elsewhere must have the names that the workload has.
func TestDecodeBreakdown(t *testing.T) {
	names := MetricNames{Phases: []string{"a"}, Counters: []string{"c"}, Parts: []Part{{"p", 0.5}}}
	d := NewBreakdown(names)
	d.Record([]time.Duration{5}, []int64{7})
	data := d.AppendBinary(nil)
	read, err := DecodeBreakdown(data, names)
	if err != nil || string(read.AppendBinary(nil)) != string(data) {
		t.Errorf("decoded %+v (%v)", read, err)
	}
	for what, other := range map[string]MetricNames{
		"more phases":   {Phases: []string{"a", "b"}, Counters: names.Counters, Parts: names.Parts},
		"another phase": {Phases: []string{"b"}, Counters: names.Counters, Parts: names.Parts},
		"no counter":    {Phases: names.Phases, Parts: names.Parts},
		"other weight":  {Phases: names.Phases, Counters: names.Counters, Parts: []Part{{"p", 0.4}}},
	} {
		if _, err := DecodeBreakdown(data, other); err == nil {
			t.Errorf("with %s it is accepted", what)
		}
	}
	if _, err := DecodeBreakdown(data[:len(data)-1], names); err == nil {
		t.Error("a part of it is accepted")
	}
}
