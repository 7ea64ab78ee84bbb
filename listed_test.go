package aurea

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Law: a listed run is written as the run is, and read it is the run again; but
// for what lists leave out.
func TestListed(t *testing.T) {
	spec, err := DecodeSpec([]byte(`{"num_jobs": 3, "name": "a", "thresholds": ["p99 < 1s"], "seed": 18446744073709551615}`))
	if err != nil {
		t.Fatal(err)
	}
	result := NewResult(NewPlan(spec, 1), Measurement{Tally: NewTally(), Series: []Point{{T: 1, OK: 3}}})
	for name, run := range map[string]Run{
		"queued":   {ID: "benchmark-1", Status: StatusQueued, Spec: spec, Labels: map[string]string{"k": "<v>"}},
		"finished": {ID: "benchmark-2", Status: StatusCompleted, Spec: spec, Result: result, Progress: &RunProgress{OK: 3}},
	} {
		listed, err := run.Listed()
		if err != nil {
			t.Fatal(err)
		}
		short := run
		if short.Result != nil {
			without := *result
			without.Series = nil
			short.Result = &without
		}
		want, got := encoded(t, short), encoded(t, listed)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s is written differently (-run +listed):\n%s", name, diff)
		}
		if !strings.Contains(string(listed.Spec), "p99 < 1s") {
			t.Errorf("%s has its threshold as %s", name, listed.Spec)
		}
		page := RunPage{Runs: []ListedRun{listed, {Run: run}}, NextCursor: "next"}
		var written bytes.Buffer
		if err := page.WriteJSON(&written); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(encoded(t, page), encoded(t, json.RawMessage(written.Bytes()))); diff != "" {
			t.Errorf("a page is written differently (-encoded +written):\n%s", diff)
		}
		if bytes.Count(written.Bytes(), []byte{'\n'}) != 1 {
			t.Errorf("a page is not one line: %s", written.Bytes())
		}
		page.Runs = page.Runs[:1]
		var read RunPage
		if err := json.Unmarshal(encode(t, page), &read); err != nil || read.NextCursor != "next" {
			t.Fatalf("%+v (%v)", read, err)
		}
		whole, err := read.Whole()
		if err != nil || len(whole) != 1 {
			t.Fatalf("%d runs (%v)", len(whole), err)
		}
		if diff := cmp.Diff(want, encoded(t, whole[0])); diff != "" || (whole[0].Result == nil) != (run.Result == nil) {
			t.Errorf("%s came back differently (-run +read):\n%s", name, diff)
		}
	}
	if _, err := (RunPage{Runs: []ListedRun{{Spec: json.RawMessage(`{"num_jobs": "x"}`)}}}).Whole(); err == nil {
		t.Error("a spec that is none was read")
	}
}

func encode(t *testing.T, value any) []byte {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// encoded is a value as others read it.
func encoded(t *testing.T, value any) (members map[string]any) {
	t.Helper()
	if err := json.Unmarshal(encode(t, value), &members); err != nil {
		t.Fatal(err)
	}
	return members
}
