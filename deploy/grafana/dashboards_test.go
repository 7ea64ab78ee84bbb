// Package grafana_test decodes the dashboards into Grafana's own schema, which
// refuses unknown fields and checks every value. It is a module of its own, so
// that the service does not depend on Grafana's types.
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
	plugins.RegisterDefaultPlugins() // schemas of panel options and queries
	os.Exit(m.Run())
}

// decodeStrictly decodes a dashboard by Grafana's schema; the error lists all
// faults.
func decodeStrictly(content []byte) error {
	var d dashboard.Dashboard
	if err := schemaError(d.UnmarshalJSONStrict(content)); err != nil {
		return err
	}
	return schemaError(d.Validate())
}

// schemaError returns an error of the schema, or nil if its list of faults is
// empty.
func schemaError(err error) error {
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
		if err := decodeStrictly(content); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// The schema refuses typing errors that Grafana would ignore.
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
		if decodeStrictly([]byte(broken)) == nil {
			t.Errorf("%s passes: %s", name, change[1])
		}
	}
}
