package deploy_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A source is a reference to a data source in a dashboard's JSON.
type source struct{ Type, UID string }

// provisionedSource is the data source that every panel must use: that of the
// variable.
var provisionedSource = source{"prometheus", "${datasource}"}

// A query is one expression of a panel.
type query struct {
	RefID        string
	Expr         string
	LegendFormat string
	Datasource   source
	Instant      bool
}

// A panel is the part of a panel that the tests use; a row is a panel too.
type panel struct {
	ID          int
	Type        string
	Title       string
	Description string
	Datasource  source
	GridPos     struct{ X, Y, W, H int }
	FieldConfig struct {
		Defaults  struct{ Unit, NoValue string }
		Overrides []struct {
			Matcher    struct{ Options any }
			Properties []struct{ ID string }
		}
	}
	Options struct {
		YAxis struct{ Unit string }
	}
	Targets         []query
	Transformations []struct {
		Options struct {
			ExcludeByName map[string]bool
			RenameByName  map[string]string
		}
	}
}

// A variable is a variable of a dashboard.
type variable struct {
	Name, Type, Regex, Definition, AllValue string
	Datasource                              source
	IncludeAll                              bool
	Sort                                    int
	Query                                   any
	Current                                 struct{ Value any }
}

// A board is a dashboard. File is its name under deploy/grafana/dashboards.
type board struct {
	File, Text    string
	UID, Title    string
	SchemaVersion int
	Panels        []panel
	Links         []struct{ URL string }
	Annotations   struct {
		List []struct {
			Name, Expr string
			BuiltIn    int
			Datasource source
		}
	}
	Templating struct{ List []variable }
}

// boards reads all dashboards.
func boards(t *testing.T) (boards []board) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "deploy/grafana/dashboards/*.json"))
	if err != nil || len(files) < 2 {
		t.Fatalf("dashboards %q, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		b := board{File: filepath.Base(file), Text: string(text)}
		if err := json.Unmarshal(text, &b); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		boards = append(boards, b)
	}
	return boards
}

// panel finds a panel by its title.
func (b board) panel(t *testing.T, title string) panel {
	t.Helper()
	for _, p := range b.Panels {
		if p.Title == title {
			return p
		}
	}
	t.Fatalf("no panel %q in %s", title, b.File)
	return panel{}
}

// An expression is a query of a dashboard and its location.
type expression struct {
	where, expr string
	instant     bool
}

// expressions returns the queries of all panels and annotations.
func (b board) expressions() (found []expression) {
	for _, p := range b.Panels {
		for _, q := range p.Targets {
			found = append(found, expression{b.File + ", " + p.Title + ", " + q.RefID, q.Expr, q.Instant})
		}
	}
	for _, a := range b.Annotations.List {
		if a.BuiltIn == 0 {
			found = append(found, expression{b.File + ", " + a.Name, a.Expr, false})
		}
	}
	return found
}

// prometheusQuery returns the query of a query variable, label_values(…) or
// query_result(…), and "" for other variables.
func (v variable) prometheusQuery() string {
	if table, ok := v.Query.(map[string]any); ok {
		text, _ := table["query"].(string)
		return strings.TrimSpace(text)
	}
	return ""
}
