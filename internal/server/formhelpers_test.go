package server

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// withEveryParameterType sets a table of kinds with a parameter of every type
// and unknown names.
func withEveryParameterType(o *Options) {
	animal := []param.Parameter{
		{Name: "legs", Type: param.Integer, Min: 1, Max: 100, Required: true, Doc: "how many"},
		{Name: "call", Type: param.Text, Options: []string{"moo", "roar"}, Default: "moo", Doc: "what it says"},
	}
	o.Kinds = []aurea.Kind{
		{Name: "empty", Doc: "has nothing"},
		{Name: "zoo", Doc: "has everything", Parameters: []param.Parameter{
			{Name: "integer", Type: param.Integer, Max: 1e19, Doc: "an integer"},
			{Name: "number", Type: param.Number, Max: 9, Default: 1.5, Doc: "a number"},
			{Name: "text", Type: param.Text, Required: true, Doc: "a text"},
			{Name: "long", Type: param.Text, Max: 1 << 20, Doc: "a long text"},
			{Name: "option", Type: param.Text, Options: []string{"a", "b"}, Default: "a", Doc: "one of few"},
			{Name: "boolean", Type: param.Boolean, Default: true, Doc: "yes or no"},
			{Name: "duration", Type: param.Duration, Max: 60, Doc: "a duration"},
			{Name: "animal", Type: param.Object, Members: animal, Doc: "an object"},
			{Name: "numbers", Type: param.List, Max: 9, Items: &param.Parameter{Type: param.Integer, Max: 999},
				Doc: "a list of numbers"},
			{Name: "anythings", Type: param.List, Max: 9, Items: &param.Parameter{Type: param.Any},
				Default: []any{"done", "ok"}, Doc: "a list of anything"},
			{Name: "texts", Type: param.StringMap, Doc: "texts by name"},
			{Name: "any", Type: param.Any, Doc: "anything"},
			{Name: "herd", Type: param.List, Min: 1, Max: 9,
				Items: &param.Parameter{Type: param.Object, Members: animal}, Doc: "a list of objects"},
			{Name: "cages", Type: param.List, Min: 1, Max: 9, Required: true,
				Items: &param.Parameter{Type: param.KindType,
					Members: []param.Parameter{{Name: "name", Type: param.Text}}}, Doc: "a list of workloads"},
		}},
	}
}

// recordingFake returns a fake that records the last spec and returns err.
func recordingFake(last *aurea.Spec, err *error) fake {
	return fake{do: func(_ context.Context, spec aurea.Spec) (aurea.Run, error) {
		*last = spec
		return finished(spec), *err
	}}
}

// allNamed checks that every control has a name and every id is unique.
func (b *tab) allNamed(when string) {
	b.t.Helper()
	nameless := look[[]string](b, `[...document.querySelectorAll("input, select, textarea")].filter((c) =>
		!(c.getAttribute("aria-label") ?? c.labels[0]?.textContent ?? "").trim()).map((c) => c.outerHTML)`)
	if len(nameless) > 0 {
		b.t.Errorf("%s: without a label: %q", when, nameless)
	}
	empty := look[[]string](b, `[...document.querySelectorAll("legend, button")].filter((c) =>
		!(c.getAttribute("aria-label") ?? c.textContent).trim()).map((c) => c.outerHTML)`)
	if len(empty) > 0 {
		b.t.Errorf("%s: without text: %q", when, empty)
	}
	twice := look[[]string](b, `[...document.querySelectorAll("[id]")].map((e) => e.id)
		.filter((id, i, all) => all.indexOf(id) !== i)`)
	if len(twice) > 0 {
		b.t.Errorf("%s: duplicate ids: %q", when, twice)
	}
}

// specOf returns the stored spec of a run.
func specOf(t testing.TB, raw document) document {
	t.Helper()
	encoded, err := json.Marshal(raw.at("spec"))
	if err != nil {
		t.Fatal(err)
	}
	return decodeDocument(t, string(encoded))
}
