package deploy_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// A dashboard's file is as Grafana exports it, so that an export of a changed
// one differs in nothing but the change.
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
			t.Errorf("%s asks for inputs; its data source is a variable", b.File)
		}
		if b.SchemaVersion < 42 || document["id"] != nil || b.UID != "aurea-"+strings.TrimSuffix(b.File, ".json") {
			t.Errorf("%s has the schema version %d, the id %v and the uid %s", b.File, b.SchemaVersion, document["id"], b.UID)
		}
	}
}

// overlaps tells whether two panels lie on each other.
func (p panel) overlaps(q panel) bool {
	a, b := p.GridPos, q.GridPos
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}

func TestPanelsHaveTheirPlace(t *testing.T) {
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
			if p.GridPos.X < 0 || p.GridPos.X+p.GridPos.W > 24 || p.GridPos.W == 0 || p.GridPos.H == 0 {
				t.Errorf("%s: %q lies outside of the grid: %+v", b.File, p.Title, p.GridPos)
			}
			for _, q := range b.Panels[:i] {
				if p.overlaps(q) {
					t.Errorf("%s: %q lies on %q", b.File, p.Title, q.Title)
				}
			}
		}
	}
}
