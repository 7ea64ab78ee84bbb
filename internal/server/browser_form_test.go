package server

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// Every parameter that a kind declares can be filled in; blank ones are not
// sent.
func TestBrowserEveryParameter(t *testing.T) {
	t.Parallel()
	var last aurea.Spec
	var refusal error
	b := browse(t, host(t, newStoringFake(recordingFake(&last, &refusal)), withEveryParameterType), 0)
	b.job(map[string]string{"kind": "zoo"})
	if shown := look[[]string](b, `[...document.querySelectorAll("#workload .field")].filter((f) => f.checkVisibility()).map((f) => f.dataset.name)`); !cmp.Equal(shown, []string{"kind", "integer", "number", "text", "cages", "", "kind", "name"}) {
		t.Errorf("at first there are %q", shown)
	}
	b.sends(&last, `{"kind": "zoo", "cages": [{"kind": "empty"}]}`)

	b.click("#workload > .members > details > summary")
	b.job(map[string]string{
		"integer": "9007199254740993", "number": "1e-3", "text": ` say "hi" `, "long": "one\ntwo", "option": `"b"`,
		"boolean": "false", "duration": "5s",
		"numbers": "1\n\n 22 \n", "anythings": "yes\n0\n\"0\"\n{\"a\": 1}",
		"texts": "Accept: a: b\n\nX-Empty:\nno colon", "any": `{"n": 1.0}`,
	})
	b.click(parameter("animal"))
	b.job(map[string]string{"animal/legs": "4", "animal/call": `"roar"`})
	for range 2 {
		b.click("[data-name=herd] > button")
	}
	b.job(map[string]string{"herd/2/legs": "6"})
	b.click("[data-name=cages] > button")
	b.job(map[string]string{"cages/2/kind": "zoo"})
	b.job(map[string]string{"cages/2/name": "inner", "cages/2/text": "deep"})
	const inner = `{"kind": "zoo", "name": "inner", "text": "deep", "cages": [{"kind": "empty"}]}`
	b.sends(&last, `{"kind": "zoo", "integer": 9007199254740993, "number": 1e-3, "text": "say \"hi\"", "long": "one\ntwo", "option": "b", "boolean": false, "duration": "5s",
		"animal": {"legs": 4, "call": "roar"}, "numbers": [1, 22], "anythings": ["yes", 0, "0", {"a": 1}],
		"texts": {"Accept": "a: b", "X-Empty": "", "no colon": ""}, "any": {"n": 1.0}, "herd": [{}, {"legs": 6}], "cages": [{"kind": "empty"}, `+inner+`]}`)

	b.job(map[string]string{"any": "just text", "numbers": "x"})
	b.click("[data-name=herd] .items > li:first-child > button")
	b.click(parameter("animal"))
	b.sends(&last, `{"kind": "zoo", "integer": 9007199254740993, "number": 1e-3, "text": "say \"hi\"", "long": "one\ntwo", "option": "b", "boolean": false, "duration": "5s",
		"numbers": ["x"], "anythings": ["yes", 0, "0", {"a": 1}],
		"texts": {"Accept": "a: b", "X-Empty": "", "no colon": ""}, "any": "just text", "herd": [{"legs": 6}], "cages": [{"kind": "empty"}, `+inner+`]}`)
}

// A message of the service about a parameter is shown at its field, however
// deep or folded away; typing in the field removes it.
func TestBrowserWrongParameters(t *testing.T) {
	t.Parallel()
	places := map[string]string{ // the location of an error, and the selector of the control that shows it
		"workload.number":                   parameter("number"),
		"workload.numbers[1]":               parameter("numbers"),
		"workload.texts.X-Two":              parameter("texts"),
		"workload.herd[1].legs":             parameter("herd/2/legs"),
		"workload.cages[0].kind":            parameter("cages/1/kind"),
		"workload.cages[0].cages[0].secret": `[data-name="cages"] [data-name="cages"] > .items > li > .field`,
		"workload.animal":                   `#workload > .members > details > .members > [data-name="animal"]`,
		"workload.kind":                     "#workload select",
		"workload.secret":                   "",
	}
	invalid := &aurea.InvalidError{}
	for location := range places {
		invalid.Fields = append(invalid.Fields, aurea.FieldError{Location: location, Message: "wrong is " + location})
	}
	var last aurea.Spec
	var refusal error = invalid
	b := browse(t, host(t, newStoringFake(recordingFake(&last, &refusal)), withEveryParameterType), 1)
	b.job(map[string]string{"kind": "zoo"})
	b.click("#workload > .members > details > summary")
	b.click("[data-name=herd] > button")
	b.click("[data-name=herd] > button")
	b.job(map[string]string{"numbers": "1\n\n2", "texts": "X-One: 1\nX-Two: 2", "cages/1/kind": "zoo"})
	b.click("#workload > .members > details > summary") // closed
	b.click("#run")
	b.until(`document.getElementById("problem").checkVisibility() && document.getElementById("run").checkVisibility()`)

	for location, selector := range places {
		if selector == "" {
			continue
		}
		want := map[string]string{"workload.numbers[1]": "Line 3: ", "workload.texts.X-Two": "Line 2: "}[location] +
			"wrong is " + location
		shown := look[string](b, `(() => {
			const control = document.querySelector(%q);
			const error = document.getElementById(control?.getAttribute("aria-describedby")?.split(" ")[0]);
			return error && control.getAttribute("aria-invalid") === "true" && error.checkVisibility() ? error.innerText : "nothing";
		})()`, selector)
		if shown != want {
			t.Errorf("%s: %q, want %q", location, shown, want)
		}
	}
	if shown := look[int](b, `document.querySelectorAll("#workload .error").length`); shown != len(places)-1 {
		t.Errorf("%d fields are wrong, want %d", shown, len(places)-1)
	}
	if !look[bool](b, `document.activeElement === document.querySelector("#workload select")`) {
		t.Errorf("the focus is on %q", b.focus())
	}
	if text := b.text("#problem"); !strings.Contains(text, "wrong is workload.secret") {
		t.Errorf("an error without a field is not shown: %q", text)
	}
	b.do(chromedp.SendKeys(chromedp.CSS(parameter("cages/1/cages/1/name")), "x"))
	if look[bool](b, `document.querySelector(%q).hasAttribute("aria-invalid")`,
		places["workload.cages[0].cages[0].secret"]) {
		t.Error("the message remains while a part of the field is edited")
	}
	if hint := look[string](b, `document.getElementById(document.querySelector(%q).getAttribute("aria-describedby").split(" ")[1]).innerText`, parameter("number")); hint != "a number" {
		t.Errorf("beside the message the field is described as %q", hint)
	}
}

// Every kind of the real table has its fields, each with a name, and is run.
func TestBrowserEveryKind(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	b := browse(t, s.URL, 0)
	b.ready()
	for _, kind := range newOptions(nil).Kinds {
		b.job(map[string]string{"kind": kind.Name})
		for _, p := range kind.Parameters {
			if !look[bool](b, `document.querySelector("#workload").querySelector('[data-name=%q]') !== null`, p.Name) {
				t.Errorf("%s has no field for %s", kind.Name, p.Name)
			}
		}
		b.allNamed(kind.Name)
	}
}

// Parts, phases and counters of a mix are shown as they are in the result.
func TestBrowserDetail(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	b := browse(t, s.URL, 0)
	b.job(map[string]string{"kind": "mix"})
	b.click("[data-name=parts] > button")
	b.job(map[string]string{"parts/1/workload/kind": "sleep", "parts/2/workload/kind": "cpu"})
	b.job(map[string]string{"parts/1/weight": "3", "parts/1/workload/duration": "1ms", "parts/2/name": "math",
		"parts/2/workload/work": "10"})
	b.fill(map[string]string{"num_jobs": "50"})
	b.click("#run")
	mixed := b.finishes()
	for i, name := range []string{"sleep", "math"} {
		part := mixed.at("parts").([]any)[i].(map[string]any)
		counts := part["counts"].(map[string]any)
		b.row("parts", name, counts["planned"], counts["ok"], 0.0, part["throughput"],
			part["latency"].(map[string]any)["p50"], part["latency"].(map[string]any)["p99"])
	}
	phase := mixed.at("phases").(map[string]any)["math.cpu"].(map[string]any)
	b.row("phases", "math.cpu", phase["count"], phase["mean"], phase["p50"], phase["p99"], phase["max"])
	counter := mixed.at("counters").(map[string]any)["math.units"].(map[string]any)
	b.row("counters", "math.units", counter["total"], counter["per_second"], counter["per_job"],
		counter["per_cpu_second"])

	b.job(map[string]string{"kind": "cpu"})
	b.job(map[string]string{"work": "10"})
	b.click("#run")
	computed := b.finishes()
	if b.text("#phases tbody th") != "cpu" || look[bool](b, `document.getElementById("parts").checkVisibility()`) {
		t.Errorf("a run of cpu has %q", b.text("#result"))
	}
	if shown := look[string](b, `[...document.querySelectorAll("#result .facts div")].find((d) => d.firstChild.textContent.startsWith("Of them")).querySelector("data").value`); shown != fmt.Sprint(computed.number(t, "in_flight.effective")) {
		t.Errorf("at work at once: %s, the result says %v", shown, computed.at("in_flight.effective"))
	}

	b.job(map[string]string{"kind": "noop"})
	b.click("#run")
	b.finishes()
	if look[bool](b, `["parts", "phases", "counters"].some((id) => document.getElementById(id).checkVisibility())`) {
		t.Errorf("a run of noop has %q", b.text("#result"))
	}
}

// row checks the whole numbers in a row of a table of the result.
func (b *tab) row(table, name string, want ...any) {
	b.t.Helper()
	got := look[[]string](b, `[...[...document.querySelectorAll("#%s tbody tr")].find((r) => r.firstChild.textContent === %q).querySelectorAll("data")].map((d) => d.value)`, table, name)
	var numbers []any
	for _, text := range got {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			b.t.Fatal(err)
		}
		numbers = append(numbers, n)
	}
	if diff := cmp.Diff(want, numbers); diff != "" {
		b.t.Errorf("%s of %s (-result +shown):\n%s", table, name, diff)
	}
}
