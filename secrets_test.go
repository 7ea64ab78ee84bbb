package aurea

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/param"
)

// Every row is a workload and what Mask makes of it.
func TestMask(t *testing.T) {
	tests := []struct{ given, want string }{
		{`{"kind": "http", "url": "http://a/", "headers": {"Authorization": "Bearer x", "COOKIE": "a=b", "Accept": "*/*"}}`,
			`{"kind": "http", "url": "http://a/", "headers": {"Authorization": "***", "COOKIE": "***", "Accept": "*/*"}}`},
		{`{"kind": "http", "headers": {"X-Api-Key": "1", "x-apikey": "2", "Proxy-Authorization": "3", "X-Auth-Token": "4", "X-Amz-Signature": "5", "Set-Cookie": "6", "X-Secret": "7", "Key": "8", "X-Auth": "9"}}`,
			`{"kind": "http", "headers": {"X-Api-Key": "***", "x-apikey": "***", "Proxy-Authorization": "***", "X-Auth-Token": "***", "X-Amz-Signature": "***", "Set-Cookie": "***", "X-Secret": "***", "Key": "***", "X-Auth": "***"}}`},
		{`{"kind": "http", "headers": {"Idempotency-Key": "1", "X-Author": "2", "Keyboard": "3", "User-Agent": "4", "Monkey": "5"}}`,
			`{"kind": "http", "headers": {"Idempotency-Key": "1", "X-Author": "2", "Keyboard": "3", "User-Agent": "4", "Monkey": "5"}}`},
		{`{"kind": "http", "headers": {"Cookie": ["a", "b"], "Accept": ["c"]}}`,
			`{"kind": "http", "headers": {"Cookie": ["***", "***"], "Accept": ["c"]}}`},
		{`{"kind": "http", "headers": ["Authorization: Basic eA==", "Accept: a"]}`,
			`{"kind": "http", "headers": ["Authorization: ***", "Accept: a"]}`},
		{`{"kind": "http", "url": "http://me:pass@a:1/x?api_key=k&n=1&access_token=t#f"}`,
			`{"kind": "http", "url": "http://me:***@a:1/x?api_key=***&n=1&access_token=***#f"}`},
		{`{"kind": "http", "url": "http://a/", "proxy": "http://me:p%2Fw:1@proxy:3128"}`,
			`{"kind": "http", "url": "http://a/", "proxy": "http://me:***@proxy:3128"}`},
		{`{"kind": "http", "url": "http://a/", "proxy": "http://t0ken@proxy:3128"}`,
			`{"kind": "http", "url": "http://a/", "proxy": "http://***@proxy:3128"}`},
		{`{"kind": "http", "url": "http://a/", "proxy": "http://t0ken:@proxy"}`,
			`{"kind": "http", "url": "http://a/", "proxy": "http://***:@proxy"}`},
		{`{"kind": "http", "url": "http://a/", "proxy": "http://me:p@ss:w@proxy"}`,
			`{"kind": "http", "url": "http://a/", "proxy": "http://me:***@proxy"}`},
		{`{"kind": "http", "url": "http://a/", "proxy": "http://{{ data.user }}:p@proxy"}`,
			`{"kind": "http", "url": "http://a/", "proxy": "http://{{ data.user }}:***@proxy"}`},
		{`{"kind": "http", "url": "http://a/@b#access_token=t"}`,
			`{"kind": "http", "url": "http://a/@b#access_token=***"}`},
		{`{"kind": "grpc", "metadata": {"authorization": "Bearer x", "x-plain": "a"}}`,
			`{"kind": "grpc", "metadata": {"authorization": "***", "x-plain": "a"}}`},
		{`{"kind": "grpc", "metadata": ["x-api-key: x"]}`, `{"kind": "grpc", "metadata": ["x-api-key: ***"]}`},
		{`{"kind": "exec", "args": {"password": "x", "size": "3"}}`,
			`{"kind": "exec", "args": {"password": "***", "size": "3"}}`},
		{`{"kind": "http", "url": "http://a/?key=1&monkey=2&page={{int 1 9}}"}`,
			`{"kind": "http", "url": "http://a/?key=***&monkey=2&page={{int 1 9}}"}`},
		{`{"kind": "http", "headers": {"Referer": "https://u:p@b/"}}`,
			`{"kind": "http", "headers": {"Referer": "https://u:***@b/"}}`},
		{`{"kind": "http", "tls": {"key": "-----BEGIN PRIVATE KEY-----\nx", "ca": "c"}}`,
			`{"kind": "http", "tls": {"key": "***", "ca": "c"}}`},
		{`{"kind": "http", "basic_auth": {"user": "me", "password": "p"}, "form": {"user": "me", ` +
			`"password": ["a", "b"], "csrf_token": "t"}}`,
			`{"kind": "http", "basic_auth": {"user": "me", "password": "***"}, "form": {"user": "me", ` +
				`"password": ["***", "***"], "csrf_token": "***"}}`},
		{`{"kind": "http", "form": ["a: 1", "pwd: x"], "multipart": [{"name": "key", "value": "k"}, ` +
			`{"name": "secret", "value_base64": "AA=="}, {"name": "b", "value": "c"}]}`,
			`{"kind": "http", "form": ["a: 1", "pwd: ***"], "multipart": [{"name": "key", "value": "***"}, ` +
				`{"name": "secret", "value_base64": "***"}, {"name": "b", "value": "c"}]}`},
		{`{"kind": "http", "multipart": {"name": "key", "value": "k"}}`,
			`{"kind": "http", "multipart": {"name": "key", "value": "***"}}`},
		{`{"kind": "http", "body": {"headers": {"Cookie": "a"}, "url": "http://u:p@b/"}, "expect": {"contains": "http://u:p@b/"}}`,
			`{"kind": "http", "body": {"headers": {"Cookie": "a"}, "url": "http://u:p@b/"}, "expect": {"contains": "http://u:p@b/"}}`},
		{`{"kind": "steps", "steps": [{"name": "a", "workload": {"kind": "http", "headers": {"Cookie": "a"}}}, {"workload": {"kind": "mix", "parts": [{"workload": {"kind": "http", "headers": {"Token": "b"}}}]}}]}`,
			`{"kind": "steps", "steps": [{"name": "a", "workload": {"kind": "http", "headers": {"Cookie": "***"}}}, {"workload": {"kind": "mix", "parts": [{"workload": {"kind": "http", "headers": {"Token": "***"}}}]}}]}`},
		{`{"kind": "sleep", "duration": "1s"}`, `{"kind": "sleep", "duration": "1s"}`},
	}
	for _, test := range tests {
		spec := Spec{Workload: workloadOf(t, test.given)}
		masked := spec.Mask()
		if diff := cmp.Diff(workloadOf(t, test.want), masked.Workload); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.given, diff)
		}
		if diff := cmp.Diff(workloadOf(t, test.given), spec.Workload); diff != "" {
			t.Errorf("Mask changed its receiver (-before +after):\n%s", diff)
		}
		if again := masked.Mask(); again.Workload != masked.Workload {
			t.Errorf("%s: masking again changes it", test.given)
		}
		if err := spec.CheckUnmasked(); err != nil {
			t.Errorf("%s: %v", test.given, err)
		}
	}
}

// workloadOf decodes a workload without checking its parameters.
func workloadOf(t *testing.T, text string) *Workload {
	t.Helper()
	parameters, err := param.DecodeObject([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	kind := parameters["kind"].(string)
	delete(parameters, "kind")
	return &Workload{Kind: kind, Parameters: parameters}
}

// CheckUnmasked names the secrets that a stored spec lacks.
func TestCheckUnmasked(t *testing.T) {
	spec := Spec{Workload: workloadOf(t, `{"kind": "steps", "steps": [{"workload": {"kind": "http", "url": "http://a/?token=x",
		"headers": {"Cookie": "a", "Accept": "***"}, "tls": {"key": "PRIVATE KEY"}}}]}`)}
	err := spec.Mask().CheckUnmasked()
	const message = "is masked, as the secrets of a kept run are; give it again"
	want := &InvalidError{Fields: []FieldError{
		{Location: "workload.steps[0].workload.headers.Cookie", Message: message},
		{Location: "workload.steps[0].workload.tls.key", Message: message},
		{Location: "workload.steps[0].workload.url", Message: message},
	}}
	var got *InvalidError
	if !errors.As(err, &got) {
		t.Fatalf("%v, want an InvalidError", err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Masking a summary gives the summary of the masked run. A summary without secrets
// is unchanged.
func TestMaskRunSummary(t *testing.T) {
	for _, workload := range []string{
		`{"kind":"http","headers":{"Cookie":"a"},"url":"http://a/"}`, `{"kind":"http","url":"http://u:secret@a/"}`,
		`{"kind":"grpc","metadata":{"authorization":"a"}}`, `{"kind":"exec","args":{"token":"a"}}`,
		`{"kind":"http","url":"http://a/","proxy":"http://token@a"}`,
		`{"kind":"http","url":"http://a/"}`, `{"kind":"http","headers":{"Accept":"x"},"url":"http://a/?q=1"}`,
		`{"kind":"http","headers":{"Cookie":"***"},"url":"http://a/"}`,
	} {
		spec := Spec{NumJobs: 1, Workload: workloadOf(t, workload)}
		run := Run{ID: "a", Spec: spec, Result: &Result{Spec: spec,
			Errors: []ErrorClass{{Class: "connect", Sample: "GET http://a/?token=x"}}}}
		listed, err := run.Summary()
		if err != nil {
			t.Fatal(err)
		}
		got := listed.Mask()
		if same := spec.Mask().Workload == spec.Workload; same {
			if diff := cmp.Diff(string(listed.Spec), string(got.Spec)); diff != "" {
				t.Errorf("%s has no secrets and was changed:\n%s", workload, diff)
			}
			continue
		}
		want, err := run.Mask().Summary()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(asText(t, want), asText(t, got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", workload, diff)
		}
	}
}

func asText(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
