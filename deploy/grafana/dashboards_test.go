// Package grafana_test decodes the dashboards into Grafana's own schema, where
// no unknown field passes and every value is checked. It is a module of its own,
// so that those types stay out of the service's.
package grafana_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func TestMain(m *testing.M) {
	plugins.RegisterDefaultPlugins() // the schemas of panels' options and of queries
	os.Exit(m.Run())
}

// strictly decodes a dashboard by Grafana's schema; the error lists each fault.
func strictly(content []byte) error {
	var d dashboard.Dashboard
	if err := faults(d.UnmarshalJSONStrict(content)); err != nil {
		return err
	}
	return faults(d.Validate())
}

// faults is an error of the schema, or nil where its list of faults is empty.
func faults(err error) error {
	var list cog.BuildErrors
	if errors.As(err, &list) && len(list) == 0 {
		return nil
	}
	return err
}

func TestDashboardsFitGrafanasSchema(t *testing.T) {
	files, err := filepath.Glob("dashboards/*.json")
	if err != nil || len(files) < 2 {
		t.Fatalf("dashboards %q, %v", files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := strictly(content); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// The schema is strict where a typing error would go unseen in Grafana.
func TestSchemaRefuses(t *testing.T) {
	content, err := os.ReadFile("dashboards/overview.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"a field that does not exist": {`"schemaVersion":`, `"schemaVersoin":`},
		"a panel's option":            {`"graphMode":`, `"grafMode":`},
		"a query's field":             {`"legendFormat":`, `"legend":`},
		"a value of another type":     {`"graphTooltip": 1`, `"graphTooltip": "one"`},
	} {
		broken := strings.Replace(string(content), change[0], change[1], 1)
		if broken == string(content) {
			t.Errorf("%s: the dashboard has no %s", name, change[0])
		}
		if strictly([]byte(broken)) == nil {
			t.Errorf("%s passes: %s", name, change[1])
		}
	}
}
