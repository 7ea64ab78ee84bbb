package aurea

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Workloads, parts and steps inherit what they lack.
func TestDefaults(t *testing.T) {
	for _, test := range []struct{ defaults, workload, want string }{
		{`{"http": {"timeout": "5s", "tls": {"ca": "c", "insecure": true}}}`,
			`{"kind": "http", "url": "http://h/", "tls": {"insecure": false}}`,
			`{"kind": "http", "url": "http://h/", "timeout": "5s", "tls": {"ca": "c", "insecure": false}}`},
		{`{"http": {"timeout": "5s"}, "sleep": {"duration": "1s"}}`,
			`{"kind": "mix", "parts": [{"workload": {"kind": "steps", "steps": [{"kind": "http"}, {"kind": "sleep"}]}}]}`,
			`{"kind": "mix", "parts": [{"workload": {"kind": "steps", "steps": [{"kind": "http", "timeout": "5s"}, ` +
				`{"kind": "sleep", "duration": "1s"}]}}]}`},
		{`{"http": {"headers": {"A": "1", "B": ["2", "3"], "C": "4"}}}`,
			`{"kind": "http", "headers": ["a: x"]}`,
			`{"kind": "http", "headers": ["B: 2", "B: 3", "C: 4", "a: x"]}`},
		{`{"http": {"headers": {"A": "1"}}}`, `{"kind": "http"}`, `{"kind": "http", "headers": {"A": "1"}}`},
		{`{"http": {"body": {"a": 1}, "expect": {"status": [200]}}}`,
			`{"kind": "http", "body": {"b": 2}, "expect": {"status": [201], "contains": "x"}}`,
			`{"kind": "http", "body": {"b": 2}, "expect": {"status": [201], "contains": "x"}}`},
		{`{"http": {"form": {"a": "1"}}}`,
			`{"kind": "http", "form": {"b": "2"}}`, `{"kind": "http", "form": {"b": "2"}}`},
		{`{"http": {"body": "a"}}`, `{"kind": "http", "form": {"b": "2"}}`, `{"kind": "http", "form": {"b": "2"}}`},
		{`{"http": {"body": "a"}}`, `{"kind": "http", "body_base64": "YQ=="}`, `{"kind": "http", "body_base64": "YQ=="}`},
	} {
		got := defaulted(t, test.defaults, test.workload)
		if diff := cmp.Diff(workloadOf(t, test.want), got); diff != "" {
			t.Errorf("%s with %s (-want +got):\n%s", test.workload, test.defaults, diff)
		}
	}
}

// A base URL stands before relative URLs and for absent ones.
func TestBaseURL(t *testing.T) {
	for _, test := range []struct{ base, url, want string }{
		{"http://h:1/api/", `"/a?b=c"`, "http://h:1/api/a?b=c"},
		{"http://h:1/api", `"a"`, "http://h:1/api/a"},
		{"http://h:1", `"{{job}}"`, "http://h:1/{{job}}"},
		{"http://h:1/x", `"?a=b"`, "http://h:1/x?a=b"},
		{"http://h:1/x", `""`, "http://h:1/x"},
		{"http://h:1/x", `null`, "http://h:1/x"},
		{"http://h:1/x", `"https://other/"`, "https://other/"},
	} {
		defaults := fmt.Sprintf(`{"http": {"base_url": %q}}`, test.base)
		got := defaulted(t, defaults, `{"kind": "http", "url": `+test.url+`}`)
		if diff := cmp.Diff(map[string]any{"url": test.want}, got.Parameters); diff != "" {
			t.Errorf("%s at %s (-want +got):\n%s", test.url, test.base, diff)
		}
	}
}

// defaulted returns the workload of a spec with defaults.
func defaulted(t *testing.T, defaults, workload string) *Workload {
	t.Helper()
	spec, err := DecodeSpec([]byte(`{"num_jobs": 1, "defaults": ` + defaults + `, "workload": ` + workload + `}`))
	if err != nil {
		t.Fatalf("%s with %s: %v", workload, defaults, err)
	}
	return spec.Workload
}

// Defaults that would have no effect are refused, and what is inherited has a
// limit.
func TestWrongDefaults(t *testing.T) {
	part := `{"workload": {"kind": "http", "url": "/"}}`
	parts := `{"kind": "mix", "parts": [` + strings.Repeat(part+",", 19) + part + `]}`
	for _, test := range []struct{ defaults, workload, want string }{
		{`5`, `{"kind": "http"}`,
			`defaults: must be an object of parameters by kind, such as {"http": {"timeout": "5s"}}; got 5`},
		{`{"http": 5}`, `{"kind": "http"}`, "defaults.http: must be an object of parameters; got 5"},
		{`{"htp": {}}`, `{"kind": "http"}`,
			"defaults.htp: is for no workload of the spec, as none is of that kind; did you mean http?"},
		{`{"http": {"body": "` + strings.Repeat("x", 100_000) + `"}}`, parts,
			"defaults: would be inherited more often than there is room for: up to 1048576 characters over all workloads"},
	} {
		_, err := DecodeSpec([]byte(`{"num_jobs": 1, "defaults": ` + test.defaults + `, "workload": ` + test.workload + `}`))
		if err == nil || err.Error() != test.want {
			t.Errorf("%.60s: %v, want %s", test.defaults, err, test.want)
		}
	}
}

// The stored spec has what it inherits, and is the same when it is decoded again.
func TestDefaultsAreStoredInPlace(t *testing.T) {
	spec, err := DecodeSpec([]byte(`{"num_jobs": 1, "defaults": {"http": {"timeout": "5s"}}, "workload": {"kind": "http"}}`))
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"num_jobs":1,"workload":{"kind":"http","timeout":"5s"}}`
	if string(encoded) != want {
		t.Errorf("the spec is %s, want %s", encoded, want)
	}
}
