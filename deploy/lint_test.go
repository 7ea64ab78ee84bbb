package deploy_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
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

// lacks lists what a panel does not tell.
func (p panel) lacks() (missing []string) {
	for what, there := range map[string]bool{
		"title":                          p.Title != "",
		"description":                    p.Description != "",
		"word for when there is nothing": p.FieldConfig.Defaults.NoValue != "",
		"unit":                           p.hasUnit(),
		"query":                          len(p.Targets) > 0,
		"data source of ours": p.Datasource == ours && !slices.ContainsFunc(p.Targets, func(q query) bool {
			return q.Datasource != ours
		}),
	} {
		if !there {
			missing = append(missing, what)
		}
	}
	slices.Sort(missing)
	return missing
}

// hasUnit tells whether a panel's values, its vertical axis, or all numbers
// among its columns have a unit.
func (p panel) hasUnit() bool {
	switch p.Type {
	case "heatmap":
		return p.Options.YAxis.Unit != ""
	case "table":
		return p.columnsHaveUnits()
	default:
		return p.FieldConfig.Defaults.Unit != ""
	}
}

func (p panel) columnsHaveUnits() bool {
	units := map[any]bool{}
	for _, override := range p.FieldConfig.Overrides {
		for _, property := range override.Properties {
			units[override.Matcher.Options] = units[override.Matcher.Options] || property.ID == "unit"
		}
	}
	for i := range p.Targets {
		column := "Value #" + string(rune('A'+i))
		shown := false
		for _, transformation := range p.Transformations {
			renamed := transformation.Options.RenameByName[column]
			shown = shown || transformation.Options.ExcludeByName[column] || units[renamed]
		}
		if !shown {
			return false
		}
	}
	return true
}

func TestPanelsExplainThemselves(t *testing.T) {
	docs := read(t, "docs/grafana.md")
	for _, b := range boards(t) {
		for _, p := range b.Panels {
			if !strings.Contains(docs, "**"+p.Title+"**") {
				t.Errorf("docs/grafana.md does not say what %q of %s means", p.Title, b.File)
			}
			if missing := p.lacks(); p.Type != "row" && len(missing) > 0 {
				t.Errorf("%s: panel %d (%q) has no %s", b.File, p.ID, p.Title, strings.Join(missing, ", no "))
			}
		}
	}
}

func TestPanelLacks(t *testing.T) {
	if got := strings.Join((panel{Type: "stat"}).lacks(), "; "); got != "data source of ours; description; query; title; unit; word for when there is nothing" {
		t.Errorf("an empty panel lacks %s", got)
	}
	table := panel{Type: "table", Targets: make([]query, 2)}
	if table.hasUnit() {
		t.Error("a table without any column's unit has units")
	}
}

var (
	window   = regexp.MustCompile(`(\w+)\([^()\[]*(?:\{[^}]*\})?\[([^\]]*)\]`)
	metric   = regexp.MustCompile(`\b(?:benchmark|aurea|go|process|scrape)_\w+|\b(?:run|name|workload|instance):\w+:\w+|\bALERTS\b|\bup\b`)
	selector = regexp.MustCompile(`\{job=~"\$job", instance=~"\$instance"`)
	fixed    = regexp.MustCompile(`\b(?:instance|job|datasource)\s*=~?\s*"[^$]|\b\d+\.\d+\.\d+\.\d+\b|localhost`)
)

// flaws lists what is wrong with an expression, before anybody evaluates it.
func flaws(expr string) (flaws []string) {
	windows := window.FindAllStringSubmatch(expr, -1)
	if len(windows) != strings.Count(expr, "[") {
		flaws = append(flaws, "a window that this test cannot read")
	}
	for _, found := range windows {
		of := "[$__rate_interval]"
		if strings.HasSuffix(found[1], "_over_time") {
			of = "[$__range]"
		}
		if "["+found[2]+"]" != of {
			flaws = append(flaws, found[1]+" over ["+found[2]+"], want "+of)
		}
	}
	if named, chosen := len(metric.FindAllString(expr, -1)), len(selector.FindAllString(expr, -1)); named == 0 || chosen != named {
		flaws = append(flaws, "not every metric is of the chosen job and instance")
	}
	if found := fixed.FindString(expr); found != "" {
		flaws = append(flaws, "it names "+found)
	}
	return flaws
}

func TestExpressionsAreGeneral(t *testing.T) {
	for _, b := range boards(t) {
		for _, e := range b.expressions() {
			for _, flaw := range flaws(e.expr) {
				t.Errorf("%s: %s: %s", e.where, flaw, e.expr)
			}
		}
	}
}

func TestFlaws(t *testing.T) {
	for expr, want := range map[string]int{
		`rate(benchmark_jobs_total{job=~"$job", instance=~"$instance"}[$__rate_interval])`: 0,
		`rate(benchmark_jobs_total{job=~"$job", instance=~"$instance"}[5m])`:               1,
		`max_over_time(up{job=~"$job", instance=~"$instance"}[5m])`:                        1,
		`benchmark_jobs_total`: 1,
		`up{job=~"$job", instance=~"$instance"} and run:benchmark_errors:ratio`: 1,
		`up{instance="10.0.0.1:5000"}`:                                          2,
	} {
		if got := flaws(expr); len(got) != want {
			t.Errorf("%s has the flaws %q, want %d", expr, got, want)
		}
	}
}

var reference = regexp.MustCompile(`\$(?:\{(\w+)[^}]*\}|(\w+))`)

// Every variable that a dashboard uses exists, and is used; those that ask
// Prometheus ask ours.
func TestVariables(t *testing.T) {
	for _, b := range boards(t) {
		used := map[string]bool{}
		for _, match := range reference.FindAllStringSubmatch(b.Text, -1) {
			used[match[1]+match[2]] = true
		}
		var names []string
		for _, v := range b.Templating.List {
			names = append(names, v.Name)
			if !used[v.Name] {
				t.Errorf("%s: nothing depends on %s", b.File, v.Name)
			}
			if v.Type == "datasource" && v.Current.Value != "prometheus" {
				t.Errorf("%s: the data source is %v, want the provisioned prometheus", b.File, v.Current.Value)
			}
			if v.Type == "query" && (v.Datasource != ours || v.asked() != v.Definition || v.asked() == "") {
				t.Errorf("%s: %s asks %+v for %s, and says it asks for %s", b.File, v.Name, v.Datasource, v.asked(), v.Definition)
			}
		}
		for _, name := range []string{"datasource", "job", "instance", "workload", "name", "url"} {
			if !slices.Contains(names, name) {
				t.Errorf("%s has no variable %s", b.File, name)
			}
		}
		for name := range used {
			if !strings.HasPrefix(name, "__") && !slices.Contains(names, name) {
				t.Errorf("%s uses $%s, which there is not", b.File, name)
			}
		}
	}
}

// Starts and ends of runs are annotations; the dashboards lead to each other
// and to the service.
func TestAnnotationsAndLinks(t *testing.T) {
	boards := boards(t)
	for _, b := range boards {
		notes := 0
		for _, a := range b.Annotations.List {
			if a.BuiltIn == 0 && a.Datasource == ours && strings.Contains(a.Expr, "_timestamp_seconds") {
				notes++
			}
		}
		if notes != 2 {
			t.Errorf("%s notes %d of the start and the end of runs", b.File, notes)
		}
		var links []string
		for _, link := range b.Links {
			links = append(links, link.URL)
		}
		for _, other := range boards {
			if other.File != b.File && !slices.Contains(links, "/d/"+other.UID) {
				t.Errorf("%s does not lead to %s", b.File, other.File)
			}
		}
		if !slices.ContainsFunc(links, func(url string) bool { return strings.HasPrefix(url, "${url}") }) {
			t.Errorf("%s does not lead to the service", b.File)
		}
		for _, target := range regexp.MustCompile(`/d/([\w-]+)`).FindAllStringSubmatch(b.Text, -1) {
			if !slices.ContainsFunc(boards, func(other board) bool { return other.UID == target[1] }) {
				t.Errorf("%s leads to %s, which there is not", b.File, target[0])
			}
		}
		if !strings.Contains(b.Text, "${url}/v1/runs/") {
			t.Errorf("%s does not lead to a run's result", b.File)
		}
	}
}
