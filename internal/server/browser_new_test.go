package server

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/aureatest"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// newRun opens the screen New run, with the rest of its address.
func newRun(t *testing.T, url, address string, refused int) *tab {
	t.Helper()
	b := visit(t, url+"/next#/new"+address, refused)
	b.until(`document.querySelector(".preview .says")`)
	return b
}

// enter sets controls of the form, in the order of the pairs of selector and
// value.
func (b *tab) enter(pairs ...string) {
	b.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		look[bool](b, `(() => {
			const control = document.querySelector(%[1]q);
			if (!control) throw new Error("there is no " + %[1]q);
			if (control.type === "radio" || control.type === "checkbox") control.click();
			else control.value = %[2]q;
			for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
			return true;
		})()`, pairs[i], pairs[i+1])
	}
}

// field selects the control of a field of the new form, by its name.
func field(name string) string {
	return fmt.Sprintf(".spec [data-name=%q] :is(input, select, textarea)", name)
}

// starts submits the form and returns the spec of the run that the page then
// shows.
func (b *tab) starts(s *service) document {
	b.t.Helper()
	b.click(".actions .primary")
	b.until(`location.hash.startsWith("#/runs/")`)
	id := strings.TrimPrefix(look[string](b, `location.hash`), "#/runs/")
	var run document
	s.call("GET", "/v1/runs/"+id, nil).into(b.t, &run)
	return specOf(b.t, run)
}

// wantSpec compares a spec with JSON.
func wantSpec(t *testing.T, name, want string, got document) {
	t.Helper()
	if diff := cmp.Diff(decodeDocument(t, want), got); diff != "" {
		t.Errorf("%s: sent (-want +got):\n%s", name, diff)
	}
}

// A first run by the form, and one of each form of load, with thresholds. The
// draft outlives a reload, and what the preview says is what the service plans.
func TestBrowserNewRun(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{Queue: 10})
	b := newRun(t, s.URL, "", 0)
	b.allNamed("at first")
	if says := b.text(".preview .says"); says != "Starts 100 jobs at once, and ends when the last one has ended." {
		t.Errorf("the preview says %q", says)
	}
	wantSpec(t, "first run", `{"num_jobs": 100, "workload": {"kind": "sleep", "duration": "100ms", "jitter": 0.2},
		"include_jobs": false}`, b.starts(s))

	for _, test := range []struct {
		name   string
		enter  []string
		says   string
		load   string // the data of the curve
		wanted string
	}{
		{"in flight", []string{"input[value=closed]", "", field("num_jobs"), "", field("duration"), "1s",
			field("concurrency"), "4", field("kind"), "noop"},
			"Keeps 4 in flight for 1 s.", `{"Time":[0,1],"Jobs in flight":[4,4],"warmup":0}`,
			`{"concurrency": 4, "duration": "1s", "workload": {"kind": "noop"}, "include_jobs": false}`},
		{"rate", []string{"input[value=open]", "", field("concurrency"), "7", field("rate"), "50",
			field("on_saturation"), "drop", field("warmup"), "250ms"},
			"Starts 50 jobs in 1 s, 50 a second.", `{"Time":[0,1],"Jobs started a second":[50,50],"warmup":0.25}`,
			`{"rate": 50, "duration": "1s", "concurrency": 7, "on_saturation": "drop", "warmup": "250ms",
			"workload": {"kind": "noop"}, "include_jobs": false}`},
		{"stages", []string{"input[value=stages]", "", "li:nth-child(1) [data-name=duration]", "200ms",
			"li:nth-child(1) [data-name=load]", "100", ".stages li:nth-child(2) [data-name=duration]", "300ms",
			".stages li:nth-child(3) [data-name=duration]", "100ms", field("warmup"), ""},
			"Starts 35 jobs in 600 ms, up to 100 a second.",
			`{"Time":[0,0.2,0.5,0.6],"Jobs started a second":[0,100,50,0],"warmup":0}`,
			`{"stages": [{"duration": "200ms", "rate": 100}, {"duration": "300ms", "rate": 50},
			{"duration": "100ms", "rate": 0}], "concurrency": 7, "on_saturation": "drop",
			"workload": {"kind": "noop"}, "include_jobs": false}`},
	} {
		look[bool](b, `(location.hash = "#/new") && true`)
		b.until(`document.querySelector(".preview .says")`)
		b.enter(test.enter...)
		b.until(`document.querySelector(".preview .says")?.innerText.replaceAll("\u00a0", " ") === %q`, test.says)
		load := look[string](b, `JSON.stringify(document.querySelector(".preview figure").data)`)
		if load != test.load {
			t.Errorf("%s: the curve is of %s, want %s", test.name, load, test.load)
		}
		b.do(chromedp.Reload())
		b.until(`document.querySelector(".preview .says")?.innerText.replaceAll("\u00a0", " ") === %q`, test.says)
		wantSpec(t, test.name, test.wanted, b.starts(s))
	}
}

// Every parameter that a kind declares can be filled in; blank ones are not
// sent. A spec with all of them comes back from the draft as it was.
func TestBrowserNewParameters(t *testing.T) {
	t.Parallel()
	var last aurea.Spec
	var refusal error
	b := newRun(t, host(t, newStoringFake(recordingFake(&last, &refusal)), withEveryParameterType), "", 0)
	parameters := func(pairs ...string) {
		for i := 0; i < len(pairs); i += 2 {
			b.enter(".job "+strings.ReplaceAll(pairs[i], "/", " "), pairs[i+1])
		}
	}
	at := func(name string) string { return fmt.Sprintf("[data-name=%q] :is(input, select, textarea)", name) }
	// sends compares the workload that the form stands for, as the command line has it.
	sends := func(want string) {
		t.Helper()
		b.click(`.copies [role=tab]:nth-child(2)`)
		text := look[string](b, `document.querySelector(".copies pre").textContent`)
		_, body, _ := strings.Cut(text, "-d '")
		spec := decodeDocument(t, strings.ReplaceAll(strings.TrimSuffix(body, "'"), `'\''`, "'"))
		encoded, err := json.Marshal(spec.at("workload"))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(decodeDocument(t, want), decodeDocument(t, string(encoded))); diff != "" {
			t.Errorf("the workload (-want +got):\n%s", diff)
		}
	}
	parameters(at("kind"), "zoo")
	sends(`{"kind": "zoo", "cages": [{"kind": "empty"}]}`)
	parameters(at("integer"), "9007199254740993", at("number"), "1e-3", at("text"), ` say "hi" `,
		at("long"), "one\ntwo", at("option"), `"b"`, at("boolean"), "false", at("duration"), "5s",
		at("numbers"), "1\n\n 22 \n",
		at("anythings"), "yes\n0\n\"0\"\n{\"a\": 1}", at("texts"), "Accept: a: b\n\nX-Empty:\nno colon",
		at("any"), `"5"`, at("animal"), "", at("legs"), "4", at("call"), `"roar"`)
	for range 2 {
		look[bool](b, `document.querySelector("[data-name=herd] > button").click() ?? true`)
	}
	look[bool](b, `document.querySelector("[data-name=cages] > button").click() ?? true`)
	const cage = "[data-name=cages] li:nth-child(2) "
	parameters("[data-name=herd] li:nth-child(2) "+at("legs"), "6", cage+at("kind"), "zoo")
	parameters(cage+at("name"), "it's", cage+at("text"), "deep")
	const want = `{"kind": "zoo", "integer": 9007199254740993, "number": 1e-3, "text": "say \"hi\"", "long": "one\ntwo",
		"option": "b", "boolean": false, "duration": "5s", "animal": {"legs": 4, "call": "roar"}, "numbers": [1, 22],
		"anythings": ["yes", 0, "0", {"a": 1}], "texts": {"Accept": "a: b", "X-Empty": "", "no colon": ""}, "any": "5",
		"herd": [{}, {"legs": 6}], "cages": [{"kind": "empty"},
			{"kind": "zoo", "name": "it's", "text": "deep", "cages": [{"kind": "empty"}]}]}`
	sends(want)
	b.allNamed("with every parameter")
	b.do(chromedp.Reload())
	b.until(`document.querySelector(".preview .says")`)
	sends(want)
	parameters(at("kind"), "empty")
	sends(`{"kind": "empty"}`)
}

// Every kind of the real table has its fields, each with a name, and lists to
// which entries can be added.
func TestBrowserNewKinds(t *testing.T) {
	t.Parallel()
	b := newRun(t, host(t, newStoringFake(finishingFake())), "", 0)
	for _, kind := range newOptions(nil).Kinds {
		b.enter(".job select", kind.Name)
		for _, p := range kind.Parameters {
			if !look[bool](b, `document.querySelector('.job [data-name=%q]') !== null`, p.Name) {
				t.Errorf("%s has no field for %s", kind.Name, p.Name)
			}
		}
		look[bool](b, `[...document.querySelectorAll(".job .group > button")].every((add) => add.click() ?? true)`)
		b.allNamed(kind.Name)
	}
}

// told returns the message that a control shows and is described by.
func (b *tab) told(selector string) string {
	b.t.Helper()
	return look[string](b, `(() => {
		const control = document.querySelector(%q);
		const ids = (control.getAttribute("aria-describedby") ?? "").split(" ");
		const error = ids.map((id) => document.getElementById(id)).find((node) => node?.matches(".error"));
		return error?.checkVisibility() && control.getAttribute("aria-invalid") === "true" ? error.innerText : "";
	})()`, selector)
}

// Messages stand at their fields: when a field that is wrong is left, and all of
// them when the run is started, with a summary. Typing removes a message.
func TestBrowserNewErrors(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	b := newRun(t, s.URL, "", 0)
	b.enter("input[value=stages]", "", ".job select", "http")
	b.click(".judge > button")
	b.enter(".thresholds .value", "", ".part:last-child [data-name=timeout] input", "soon",
		field("labels"), "fine: 1\nnot fine: 2", field("per_job"), "-1",
		".stages li:nth-child(2) [data-name=duration]", "x")
	b.until(`document.querySelector(".preview .missing")`)
	if told := b.told(field("url")); told != "" {
		t.Errorf("a field that was not entered yet says %q", told)
	}
	b.until(`document.querySelectorAll(".spec .error").length === 5`)
	b.click(".actions .primary")
	b.until(`document.querySelector(".beside .notice[role=alert]")`)
	places := [][2]string{
		{".stages li:nth-child(2) [data-name=duration]",
			`Must be a duration such as "250ms" from 1ms to 24h; got "x".`},
		{field("url"), "Is needed: whom to call."},
		{".thresholds .value", "Say what it is compared with, such as 250 ms or 1 %."},
		{field("labels"), "Line 2: Is not a label key: up to 63 of a-z A-Z 0-9 _ . -."},
		{".part:last-child [data-name=timeout] input",
			`Must be a duration such as "250ms" from 1ns to 1h; got "soon".`},
		{field("per_job"), "Must be a number from 0 to 1000000000; got -1."},
	}
	for _, place := range places {
		if told := b.told(place[0]); told != place[1] {
			t.Errorf("%s says %q, want %q", place[0], told, place[1])
		}
	}
	if focused := look[string](b, `document.activeElement.getAttribute("aria-label")`); focused != "Stage 2: duration" {
		t.Errorf("the focus is on %q, want the first wrong field", focused)
	}
	notice := strings.Split(b.text(".beside .notice"), "\n")
	if len(notice) != 1+len(places) || notice[0] != "6 things are to be mended" {
		t.Errorf("the summary is %q", notice)
	}
	b.click(".beside .notice li:nth-child(2) a")
	b.do(chromedp.SendKeys(chromedp.CSS(field("url")), "http://localhost:1/"))
	if told := b.told(field("url")); told != "" {
		t.Errorf("while it is edited, the field says %q", told)
	}
	for _, scheme := range []string{"light", "dark"} {
		b.do(colorScheme(scheme))
		if faint := look[[]string](b, aureatest.ContrastScript); len(faint) > 0 {
			t.Errorf("%s: too little contrast: %q", scheme, faint)
		}
	}
	b.mu.Lock()
	b.refused = 0 // the plans and the run that were refused
	b.mu.Unlock()
}

// A spec with thresholds, prices, labels and a seed is chosen in the form, and
// copied as YAML, as curl and as a command line.
func TestBrowserNewThresholdsAndCopies(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	b := newRun(t, s.URL, "", 0)
	for range 3 {
		b.click(".judge > button")
	}
	row := func(n int, part string) string {
		return fmt.Sprintf(`.thresholds [aria-label="Threshold %d: %s"]`, n, part)
	}
	b.enter(row(1, "value"), "1", row(1, "unit"), "m", row(2, "value"), "50", row(2, "when it fails"), "after",
		row(2, "not before"), "5s", row(3, "metric"), "", row(3, "expression"), "service_time.p75 <= 2s",
		field("num_jobs"), "3", field("kind"), "noop", field("name"), "it's", field("seed"), "18446744073709551615",
		field("labels"), "git.sha: 1a2b", field("per_job"), "0.5", field("currency"), "EUR", field("include_jobs"), "")
	texts := map[string]string{}
	for i, name := range []string{"YAML", "curl", "Command"} {
		b.click(fmt.Sprintf(`.copies [role=tab]:nth-child(%d)`, i+1))
		texts[name] = look[string](b, `document.querySelector(".copies pre").textContent`)
	}
	want := map[string]string{
		"YAML": `num_jobs: 3
workload:
  kind: noop
thresholds:
  - "p99 < 1m"
  - expression: "error_rate < 50%"
    abort_on_fail: true
    after: 5s
  - "service_time.p75 <= 2s"
name: "it's"
labels:
  git.sha: "1a2b"
seed: 18446744073709551615
include_jobs: true
pricing:
  per_job: 0.5
  currency: EUR
`,
		"curl": `curl -s ` + s.URL + `/v1/runs \
  -H 'Content-Type: application/json' \
  -d '{"num_jobs":3,"workload":{"kind":"noop"},"thresholds":["p99 < 1m",{"expression":"error_rate < 50%",` +
			`"abort_on_fail":true,"after":"5s"},"service_time.p75 <= 2s"],"name":"it'\''s",` +
			`"labels":{"git.sha":"1a2b"},"seed":18446744073709551615,"include_jobs":true,` +
			`"pricing":{"per_job":0.5,"currency":"EUR"}}'`,
		"Command": `aurea run --workload noop --jobs 3 --threshold 'p99 < 1m' ` +
			`--threshold 'error_rate < 50% abort after 5s' --threshold 'service_time.p75 <= 2s' --name 'it'\''s' ` +
			`--label git.sha=1a2b --seed 18446744073709551615 --include-jobs=true ` +
			`--set 'pricing={"per_job":0.5,"currency":"EUR"}'`,
	}
	if diff := cmp.Diff(want, texts); diff != "" {
		t.Errorf("the texts to copy (-want +got):\n%s", diff)
	}
	wantSpec(t, "the spec", `{"num_jobs": 3, "workload": {"kind": "noop"}, "name": "it's",
		"labels": {"git.sha": "1a2b"},
		"thresholds": ["p99 < 1m", {"expression": "error_rate < 50%", "abort_on_fail": true, "after": "5s"},
			"service_time.p75 <= 2s"], "seed": 18446744073709551615, "include_jobs": true,
		"pricing": {"per_second": 0.001, "per_job": 0.5, "currency": "EUR"}}`, b.starts(s))
}

// The form begins as a run was, and asks for the secrets that the run does not
// keep.
func TestBrowserNewFrom(t *testing.T) {
	t.Parallel()
	received := make(chan string, 4) // two runs of two requests
	target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- r.Header.Get("Authorization") + ", " + string(body)
	}))
	defer target.Close()
	s := serve(t, runs.Options{}, withWorkers(everyState))
	const rest = `"num_jobs": 2, "concurrency": 1, "seed": 18446744073709551615, "labels": {"a": "b"}, "warmup": "1ns",
		"thresholds": ["phases.wait.p99 < 1h", {"expression": "p50 < 1h", "abort_on_fail": true}],
		"workers": "local", "include_jobs": false`
	spec := func(header, body string) string {
		return fmt.Sprintf(`{%s, "workload": {"kind": "http", "url": %q, "headers": ["Authorization: %s"], "body": %q},
			"secrets": {"TOKEN": "s3cret"}}`, rest, target.URL, header, body)
	}
	var ran document
	s.call("POST", "/v1/runs", strings.NewReader(spec("Bearer s3cret", "a s3cret"))).into(t, &ran)
	id := ran.at("id").(string)
	b := newRun(t, s.URL, "?from="+id, 0)
	b.until(`document.querySelector(".preview .missing")`)
	missing := b.text(".preview .missing")
	for _, want := range []string{"TOKEN: Enter its value", "headers: Line 1: Enter it again where it says ***"} {
		if !strings.Contains(missing, want) {
			t.Errorf("the preview says %q, want %q in it", missing, want)
		}
	}
	b.enter("input[type=password]", "n3w-one", field("headers"), "Authorization: Bearer n3w-one")
	b.until(`document.querySelector(".preview .figures")`)
	if kept := look[string](b, `sessionStorage.getItem("aurea-draft")`); strings.Contains(kept, `TOKEN\":\"`) {
		t.Errorf("the draft keeps the value of a secret: %s", kept)
	}
	masked := spec("***", "a ***")
	want := decodeDocument(t, strings.Replace(masked, `{"TOKEN": "s3cret"}`, `["TOKEN"]`, 1))
	if diff := cmp.Diff(want, b.starts(s)); diff != "" {
		t.Errorf("the spec of the second run (-first +second):\n%s", diff)
	}
	for i := range 4 {
		want := "Bearer s3cret, a s3cret"
		if i >= 2 {
			want = "Bearer n3w-one, a n3w-one"
		}
		if got := <-received; got != want {
			t.Errorf("request %d has %q, want %q", i+1, got, want)
		}
	}
	b.mu.Lock()
	b.refused = 0 // plans without the secrets
	b.mu.Unlock()
}
