package deploy_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var reference = regexp.MustCompile(`\$(?:\{(\w+)[^}]*\}|(\w+))`)

// Every variable that a dashboard uses exists, and every variable is used.
// Query variables use the provisioned data source.
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
				t.Errorf("%s: the variable %s is not used", b.File, v.Name)
			}
			if v.Type == "datasource" && v.Current.Value != "prometheus" {
				t.Errorf("%s: the data source is %v, want the provisioned prometheus", b.File, v.Current.Value)
			}
			if v.Type != "query" {
				continue
			}
			if v.Datasource != provisionedSource {
				t.Errorf("%s: %s uses the data source %+v, want %+v", b.File, v.Name, v.Datasource, provisionedSource)
			}
			if query := v.prometheusQuery(); query == "" || query != v.Definition {
				t.Errorf("%s: %s has the query %q and the definition %q", b.File, v.Name, query, v.Definition)
			}
		}
		for _, name := range []string{"datasource", "job", "instance", "workload", "name", "url"} {
			if !slices.Contains(names, name) {
				t.Errorf("%s has no variable %s", b.File, name)
			}
		}
		for name := range used {
			if !strings.HasPrefix(name, "__") && !slices.Contains(names, name) {
				t.Errorf("%s uses the undefined variable $%s", b.File, name)
			}
		}
	}
}

// Starts and ends of runs are annotations; the dashboards link to each other
// and to the service.
func TestAnnotationsAndLinks(t *testing.T) {
	boards := boards(t)
	for _, b := range boards {
		notes := 0
		for _, a := range b.Annotations.List {
			own := a.BuiltIn == 0 && a.Datasource == provisionedSource
			if own && strings.Contains(a.Expr, "_timestamp_seconds") {
				notes++
			}
		}
		if notes != 2 {
			t.Errorf("%s has %d annotations of starts and ends of runs, want 2", b.File, notes)
		}
		var links []string
		for _, link := range b.Links {
			links = append(links, link.URL)
		}
		for _, other := range boards {
			if other.File != b.File && !slices.Contains(links, "/d/"+other.UID) {
				t.Errorf("%s does not link to %s", b.File, other.File)
			}
		}
		if !slices.ContainsFunc(links, func(url string) bool { return strings.HasPrefix(url, "${url}") }) {
			t.Errorf("%s does not link to the service", b.File)
		}
		for _, target := range regexp.MustCompile(`/d/([\w-]+)`).FindAllStringSubmatch(b.Text, -1) {
			if !slices.ContainsFunc(boards, func(other board) bool { return other.UID == target[1] }) {
				t.Errorf("%s links to %s, which does not exist", b.File, target[0])
			}
		}
		if !strings.Contains(b.Text, "${url}/#/runs/") {
			t.Errorf("%s does not link to the page of a run", b.File)
		}
	}
}
