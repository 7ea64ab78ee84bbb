package param

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var nestedParameters = []Parameter{
	{Name: "url", Type: Text, Required: true, Doc: "whom to call"},
	{Name: "headers", Type: StringMap, Doc: "headers"},
	{Name: "body", Type: Any, Doc: "a body"},
	{Name: "expect", Type: Object, Members: expectParameters, Doc: "what is right"},
	{Name: "then", Type: KindType, Doc: "another"},
}

var expectParameters = []Parameter{
	{
		Name: "status", Type: List, Min: 1, Max: 3,
		Items: &Parameter{Type: Integer, Min: 100, Max: 599, Doc: "a status"},
		Doc:   "statuses",
	},
	{Name: "contains", Type: Text, Default: "ok", Doc: "a text"},
}

func readNested(t *testing.T, document string) (Values, error) {
	t.Helper()
	object, err := DecodeObject([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	return Read(nestedParameters, object, "workload")
}

func TestNestedParameters(t *testing.T) {
	for document, want := range map[string]Values{
		`{"url": "x"}`: {"url": "x"},
		`{"url": "x", "headers": {"a": "b"}, "body": {"n": 1}}`: {
			"url": "x", "headers": map[string]string{"a": "b"}, "body": map[string]any{"n": json.Number("1")},
		},
		`{"url": "x", "expect": {}}`: {
			"url": "x", "expect": Values{"contains": "ok"},
		},
		`{"url": "x", "expect": {"status": 200}}`: {
			"url": "x", "expect": Values{"contains": "ok", "status": []any{int64(200)}},
		},
		`{"url": "x", "expect": {"status": [200, 204], "contains": "yes"}}`: {
			"url": "x", "expect": Values{"contains": "yes", "status": []any{int64(200), int64(204)}},
		},
		`{"url": "x", "then": {"kind": "noop", "a": 1}}`: {
			"url": "x", "then": Variant{Kind: "noop", Parameters: map[string]any{"a": json.Number("1")}},
		},
	} {
		got, err := readNested(t, document)
		if err != nil {
			t.Errorf("%s: %v", document, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", document, diff)
		}
	}
}

func TestWrongNestedParameters(t *testing.T) {
	for _, test := range []struct{ document, want string }{
		{`{}`, "workload.url: is needed: whom to call"},
		{
			`{"url": "x", "headers": {"a": 1}}`,
			"workload.headers: must be an object of up to 100 strings; got an object",
		},
		{`{"url": "x", "body": null}`, "workload.body: must be a value that is not null; got null"},
		{`{"url": "x", "expect": 1}`, "workload.expect: must be an object; got 1"},
		{`{"url": "x", "expect": {"statuses": 1}}`, "workload.expect.statuses: is not a field; did you mean status?"},
		{
			`{"url": "x", "expect": {"status": 99}}`,
			"workload.expect.status: must be an integer from 100 to 599; got 99",
		},
		{
			`{"url": "x", "expect": {"status": [200, "200"]}}`,
			`workload.expect.status[1]: must be an integer from 100 to 599; got "200"`,
		},
		{`{"url": "x", "expect": {"status": []}}`, "workload.expect.status: must be a list of 1 to 3; got 0"},
		{`{"url": "x", "expect": {"status": [1, 2, 3, 4]}}`, "workload.expect.status: must be a list of 1 to 3; got 4"},
		{`{"url": "x", "then": {"duration": "1s"}}`, "workload.then.kind: is needed, a string: what a job does"},
		{
			`{"url": "x", "then": "noop"}`,
			`workload.then: must be an object such as {"kind": "sleep", "duration": "100ms"}; got "noop"`,
		},
	} {
		if _, err := readNested(t, test.document); err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.document, err, test.want)
		}
	}
}
