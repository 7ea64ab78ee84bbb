package deploy_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// A dashboard's file is formatted as Grafana exports it, so that an export of a
// changed dashboard differs only in the change.
func TestDashboardsAreAsExported(t *testing.T) {
	for _, b := range boards(t) {
		decoder := json.NewDecoder(strings.NewReader(b.Text))
		decoder.UseNumber()
		var document map[string]any
		if err := decoder.Decode(&document); err != nil {
			t.Fatal(err)
		}
		var exported bytes.Buffer
		encoder := json.NewEncoder(&exported)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(document); err != nil {
			t.Fatal(err)
		}
		if exported.String() != b.Text {
			t.Errorf("%s is not sorted and indented as Grafana does it", b.File)
		}
		if _, by := document["__inputs"]; by {
			t.Errorf("%s has __inputs; its data source must be a variable", b.File)
		}
		if b.SchemaVersion < 42 {
			t.Errorf("%s has the schema version %d, want at least 42", b.File, b.SchemaVersion)
		}
		if id := document["id"]; id != nil {
			t.Errorf("%s has the id %v, want none", b.File, id)
		}
		if want := "aurea-" + strings.TrimSuffix(b.File, ".json"); b.UID != want {
			t.Errorf("%s has the uid %s, want %s", b.File, b.UID, want)
		}
	}
}

// overlaps reports whether two panels overlap.
func (p panel) overlaps(q panel) bool {
	a, b := p.GridPos, q.GridPos
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}

func TestPanelLayout(t *testing.T) {
	for _, b := range boards(t) {
		ids, titles := map[int]string{}, map[string]bool{}
		for i, p := range b.Panels {
			if other, taken := ids[p.ID]; taken || p.ID == 0 {
				t.Errorf("%s: %q has the id %d of %q", b.File, p.Title, p.ID, other)
			}
			if titles[p.Title] {
				t.Errorf("%s: two panels are called %q", b.File, p.Title)
			}
			ids[p.ID], titles[p.Title] = p.Title, true
			if p.GridPos.X < 0 || p.GridPos.X+p.GridPos.W > 24 {
				t.Errorf("%s: %q is outside the grid: %+v", b.File, p.Title, p.GridPos)
			}
			if p.GridPos.W == 0 || p.GridPos.H == 0 {
				t.Errorf("%s: %q is empty: %+v", b.File, p.Title, p.GridPos)
			}
			for _, q := range b.Panels[:i] {
				if p.overlaps(q) {
					t.Errorf("%s: %q overlaps %q", b.File, p.Title, q.Title)
				}
			}
		}
	}
}
