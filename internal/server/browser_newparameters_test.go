package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
)

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
