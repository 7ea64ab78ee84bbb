package deploy_test

import (
	"slices"
	"strings"
	"testing"
)

// missing returns what a panel does not explain.
func (p panel) missing() (missing []string) {
	for what, there := range map[string]bool{
		"title":                          p.Title != "",
		"description":                    p.Description != "",
		"word for when there is nothing": p.FieldConfig.Defaults.NoValue != "",
		"unit":                           p.hasUnit(),
		"query":                          len(p.Targets) > 0,
		"data source of ours": p.Datasource == provisionedSource && !slices.ContainsFunc(p.Targets, func(q query) bool {
			return q.Datasource != provisionedSource
		}),
	} {
		if !there {
			missing = append(missing, what)
		}
	}
	slices.Sort(missing)
	return missing
}

// hasUnit reports whether a panel's values, its vertical axis, or all its
// numeric columns have a unit.
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
			if missing := p.missing(); p.Type != "row" && len(missing) > 0 {
				t.Errorf("%s: panel %d (%q) has no %s", b.File, p.ID, p.Title, strings.Join(missing, ", no "))
			}
		}
	}
}

func TestPanelLacks(t *testing.T) {
	got := strings.Join((panel{Type: "stat"}).missing(), "; ")
	if got != "data source of ours; description; query; title; unit; word for when there is nothing" {
		t.Errorf("an empty panel lacks %s", got)
	}
	table := panel{Type: "table", Targets: make([]query, 2)}
	if table.hasUnit() {
		t.Error("a table without any column's unit has units")
	}
}
