package aurea

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Law: a summary has the JSON of its run, apart from what lists omit, and decodes
// to that run again.
func TestRunSummary(t *testing.T) {
	spec, err := DecodeSpec([]byte(`{"num_jobs": 3, "name": "a", "thresholds": ["p99 < 1s"], "seed": 18446744073709551615}`))
	if err != nil {
		t.Fatal(err)
	}
	result := NewResult(NewPlan(spec, 1), Measurement{Tally: NewTally(), Series: []Point{{T: 1, OK: 3}}})
	for name, run := range map[string]Run{
		"queued": {ID: "benchmark-1", Status: StatusQueued, Spec: spec, Labels: map[string]string{"k": "<v>"}},
		"finished": {ID: "benchmark-2", Status: StatusCompleted, Spec: spec, Result: result,
			Progress: &RunProgress{OK: 3}},
	} {
		summary, err := run.Summary()
		if err != nil {
			t.Fatal(err)
		}
		short := run
		if short.Result != nil {
			without := *result
			without.Series = nil
			short.Result = &without
		}
		want, got := encoded(t, short), encoded(t, summary)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s has another JSON (-run +summary):\n%s", name, diff)
		}
		if !strings.Contains(string(summary.Spec), "p99 < 1s") {
			t.Errorf("%s: the spec's JSON escapes its threshold: %s", name, summary.Spec)
		}
		page := RunPage{Runs: []RunSummary{summary, {Run: run}}, NextCursor: "next"}
		var written bytes.Buffer
		if err := page.WriteJSON(&written); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(encoded(t, page), encoded(t, json.RawMessage(written.Bytes()))); diff != "" {
			t.Errorf("WriteJSON differs from Marshal (-marshal +written):\n%s", diff)
		}
		if bytes.Count(written.Bytes(), []byte{'\n'}) != 1 {
			t.Errorf("the page is not one line: %s", written.Bytes())
		}
		page.Runs = page.Runs[:1]
		var read RunPage
		if err := json.Unmarshal(encode(t, page), &read); err != nil || read.NextCursor != "next" {
			t.Fatalf("%+v (%v)", read, err)
		}
		decoded, err := read.Decode()
		if err != nil || len(decoded) != 1 {
			t.Fatalf("%d runs (%v)", len(decoded), err)
		}
		if diff := cmp.Diff(want, encoded(t, decoded[0])); diff != "" {
			t.Errorf("%s decodes to another run (-want +got):\n%s", name, diff)
		}
		if has, want := decoded[0].Result != nil, run.Result != nil; has != want {
			t.Errorf("%s has a result: %t, want %t", name, has, want)
		}
	}
	if _, err := (RunPage{Runs: []RunSummary{{Spec: json.RawMessage(`{"num_jobs": "x"}`)}}}).Decode(); err == nil {
		t.Error("an invalid spec was decoded")
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

// encoded returns the members of a value's JSON.
func encoded(t *testing.T, value any) (members map[string]any) {
	t.Helper()
	if err := json.Unmarshal(encode(t, value), &members); err != nil {
		t.Fatal(err)
	}
	return members
}
