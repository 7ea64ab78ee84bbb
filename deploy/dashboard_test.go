package deploy_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

// A source is how the dashboard's JSON names a data source.
type source struct{ Type, UID string }

// ours is the data source that everything has to use: the variable's.
var ours = source{"prometheus", "${datasource}"}

// A query is one expression of a panel.
type query struct {
	RefID      string
	Expr       string
	Datasource source
	Instant    bool
}

// A panel is what the tests look at of a panel; a row is one, too.
type panel struct {
	ID          int
	Type        string
	Title       string
	Description string
	Datasource  source
	GridPos     struct{ X, Y, W, H int }
	FieldConfig struct {
		Defaults struct{ Unit, NoValue string }
	}
	Options struct {
		YAxis struct{ Unit string }
	}
	Targets []query
}

// unit is the unit of the panel's values, or of its vertical axis.
func (p panel) unit() string {
	if p.Type == "heatmap" {
		return p.Options.YAxis.Unit
	}
	return p.FieldConfig.Defaults.Unit
}

// overlaps tells whether two panels lie on each other.
func (p panel) overlaps(q panel) bool {
	a, b := p.GridPos, q.GridPos
	return a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H
}

// A board is the dashboard.
type board struct {
	UID           string
	SchemaVersion int
	Panels        []panel
	Templating    struct {
		List []struct {
			Name, Type string
			Datasource source
			Definition string
			Current    struct{ Value any }
		}
	}
}

func dashboard(t *testing.T) (b board) {
	t.Helper()
	if err := json.Unmarshal([]byte(read(t, "deploy/grafana/dashboards/aurea.json")), &b); err != nil {
		t.Fatal(err)
	}
	return b
}

// queries lists the expressions of all panels.
func (b board) queries() (queries []query) {
	for _, p := range b.Panels {
		queries = append(queries, p.Targets...)
	}
	return queries
}

func TestDashboardLayout(t *testing.T) {
	b := dashboard(t)
	if b.SchemaVersion < 39 {
		t.Errorf("schema version %d, want 39 or later", b.SchemaVersion)
	}
	ids := map[int]string{}
	for i, p := range b.Panels {
		if other, taken := ids[p.ID]; taken || p.ID == 0 {
			t.Errorf("%q has the id %d of %q", p.Title, p.ID, other)
		}
		ids[p.ID] = p.Title
		if p.GridPos.X+p.GridPos.W > 24 || p.GridPos.W == 0 || p.GridPos.H == 0 {
			t.Errorf("%q lies outside of the grid: %+v", p.Title, p.GridPos)
		}
		for _, q := range b.Panels[:i] {
			if p.overlaps(q) {
				t.Errorf("%q lies on %q", p.Title, q.Title)
			}
		}
	}
	docs := read(t, "docs/grafana.md")
	for _, p := range b.Panels {
		if p.Type == "row" && !strings.Contains(docs, "**"+p.Title+"**") {
			t.Errorf("docs/grafana.md does not say what the row %q means", p.Title)
		}
	}
}

func TestDashboardPanels(t *testing.T) {
	for _, p := range dashboard(t).Panels {
		if p.Type == "row" {
			continue
		}
		if p.Title == "" || p.Description == "" || p.FieldConfig.Defaults.NoValue == "" {
			t.Errorf("panel %d (%q) has no title, no description, or nothing to say when there is no value", p.ID, p.Title)
		}
		if p.unit() == "" && p.Type != "table" {
			t.Errorf("%q has no unit", p.Title)
		}
		if p.Datasource != ours || len(p.Targets) == 0 {
			t.Errorf("%q has the data source %+v and %d queries", p.Title, p.Datasource, len(p.Targets))
		}
		for _, q := range p.Targets {
			if q.Datasource != ours {
				t.Errorf("%q asks %+v", p.Title, q.Datasource)
			}
		}
	}
}

var (
	window = regexp.MustCompile(`\[[^\]]*\]`)
	metric = regexp.MustCompile(`\b(?:benchmark|aurea|go|process)_\w+`)
	suffix = regexp.MustCompile(`_(bucket|sum|count)$`)
)

func TestDashboardQueries(t *testing.T) {
	for _, q := range dashboard(t).queries() {
		for _, found := range window.FindAllString(q.Expr, -1) {
			if found != "[$__rate_interval]" {
				t.Errorf("window %s in %s, want [$__rate_interval]", found, q.Expr)
			}
		}
		named := len(metric.FindAllString(q.Expr, -1))
		if chosen := strings.Count(q.Expr, `{instance=~"$instance"`); named == 0 || chosen != named {
			t.Errorf("%d metrics, %d of the chosen instances: %s", named, chosen, q.Expr)
		}
	}
}

func TestDashboardVariables(t *testing.T) {
	var names []string
	for _, v := range dashboard(t).Templating.List {
		names = append(names, v.Name)
		if v.Type == "datasource" && v.Current.Value != "prometheus" {
			t.Errorf("the data source is %v, want the provisioned prometheus", v.Current.Value)
		}
		if v.Type == "query" && v.Datasource != ours {
			t.Errorf("%s asks %+v", v.Name, v.Datasource)
		}
	}
	if want := []string{"datasource", "instance", "workload"}; !slices.Equal(names, want) {
		t.Errorf("variables %q, want %q", names, want)
	}
}

// Every metric of ours is in some panel, and no panel shows one that is not.
func TestDashboardShowsEveryMetric(t *testing.T) {
	url, _ := aureatest.Serve(t)
	run(t, url, `{"num_jobs": 2, "job_duration_ms": 1, "include_jobs": false}`)
	response, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it was read to its end
	exposition, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	served := map[string]bool{}
	for _, match := range regexp.MustCompile(`(?m)^# TYPE (\w+) `).FindAllStringSubmatch(string(exposition), -1) {
		served[match[1]] = true
	}
	shown := map[string]bool{}
	for _, q := range dashboard(t).queries() {
		for _, name := range metric.FindAllString(q.Expr, -1) {
			if !served[name] {
				name = suffix.ReplaceAllString(name, "")
			}
			shown[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(served)) {
		if (strings.HasPrefix(name, "benchmark_") || strings.HasPrefix(name, "aurea_")) && !shown[name] {
			t.Errorf("no panel shows %s", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(shown)) {
		if !served[name] {
			t.Errorf("a panel shows %s, which /metrics does not have", name)
		}
	}
}
