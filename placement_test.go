package aurea

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// placementsOf draws placements of every form.
func placementsOf() *rapid.Generator[*Placement] {
	count := rapid.Int64Range(1, MaxWorkers)
	return rapid.Custom(func(t *rapid.T) *Placement {
		switch rapid.SampledFrom([]string{"word", "count", "selection"}).Draw(t, "form") {
		case "word":
			return &Placement{Word: rapid.SampledFrom([]string{PlaceAll, PlaceLocal}).Draw(t, "word")}
		case "count":
			return &Placement{Count: count.Draw(t, "count")}
		}
		labels := rapid.MapOfN(rapid.StringMatching(`[a-zA-Z0-9_.-]{1,9}`), rapid.StringN(0, 9, -1), 0, maxLabels)
		return &Placement{Selection: &WorkerSelection{
			Count: optional(t, "count", count), Labels: optional(t, "labels", labels),
		}}
	})
}

// A placement is encoded in the form in which it was written.
func TestPlacementKeepsItsForm(t *testing.T) {
	for _, written := range []string{`"all"`, `"local"`, `3`, `{"count":3}`, `{"labels":{"zone":"a"}}`,
		`{"count":3,"labels":{"arch":"arm","zone":"a"}}`, `{}`} {
		spec, err := DecodeSpec([]byte(`{"num_jobs": 1, "workers": ` + written + `}`))
		if err != nil {
			t.Errorf("%s: %v", written, err)
			continue
		}
		if encoded, err := json.Marshal(spec.Workers); err != nil || string(encoded) != written {
			t.Errorf("%s is encoded as %s (%v)", written, encoded, err)
		}
		var again Placement
		if err := json.Unmarshal([]byte(written), &again); err != nil {
			t.Errorf("%s alone: %v", written, err)
		}
		if diff := cmp.Diff(*spec.Workers, again); diff != "" {
			t.Errorf("%s of a spec and alone:\n%s", written, diff)
		}
	}
	var p Placement
	if err := json.Unmarshal([]byte(`"some"`), &p); err == nil {
		t.Errorf(`"some" is read as %+v`, p)
	}
}

func TestPlacementSelects(t *testing.T) {
	zone := map[string]string{"zone": "a"}
	for _, test := range []struct {
		placement *Placement
		local     bool
		want      WorkerSelection
	}{
		{nil, false, WorkerSelection{}},
		{&Placement{Word: PlaceAll}, false, WorkerSelection{}},
		{&Placement{Word: PlaceLocal}, true, WorkerSelection{}},
		{&Placement{Count: 4}, false, WorkerSelection{Count: 4}},
		{&Placement{Selection: &WorkerSelection{Labels: zone}}, false, WorkerSelection{Labels: zone}},
	} {
		if got := test.placement.Local(); got != test.local {
			t.Errorf("%+v is local: %v", test.placement, got)
		}
		if diff := cmp.Diff(test.want, test.placement.Select(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%+v selects (-want +got):\n%s", test.placement, diff)
		}
	}
}

func TestSelectionAccepts(t *testing.T) {
	s := WorkerSelection{Labels: map[string]string{"zone": "a", "disk": ""}}
	for _, test := range []struct {
		labels map[string]string
		want   bool
	}{
		{map[string]string{"zone": "a", "disk": "", "more": "x"}, true},
		{map[string]string{"zone": "b", "disk": ""}, false},
		{map[string]string{"zone": "a"}, false}, // an absent label has no value, not even ""
		{nil, false},
	} {
		if got := s.Accepts(test.labels); got != test.want {
			t.Errorf("%v: %v", test.labels, got)
		}
	}
	if !(WorkerSelection{Count: 2}).Accepts(nil) {
		t.Error("a selection without labels refuses a worker")
	}
}
