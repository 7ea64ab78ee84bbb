package aurea

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Values are masked as they are, as URLs, JSON and Go quote them, and where a
// message has cut them off.
func TestSecretsMask(t *testing.T) {
	secrets := NewSecrets(map[string]string{"A": `p&ss "w/rd`, "B": `p&ss "w/rd and more`, "EMPTY": ""})
	for text, want := range map[string]string{
		`harmless`:                    `harmless`,
		`got p&ss "w/rd, sorry`:       `got ***, sorry`,
		`got p&ss "w/rd and more`:     `got ***`,
		`/?a=p%26ss+%22w%2Frd&b`:      `/?a=***&b`,
		`/p&ss%20%22w%2Frd/x`:         `/***/x`,
		`/p&ss%20%22w/rd/x`:           `/***/x`,
		`{"a": "p\u0026ss \"w/rd"}`:   `{"a": "***"}`,
		`{"a": "p&ss \"w/rd"}`:        `{"a": "***"}`,
		`cut p&ss …, p&s…`:            `cut ***…, p&s…`,
		`p&ss "w/rd and mo… of more…`: `***… of more…`,
	} {
		if got := secrets.Mask(text); got != want {
			t.Errorf("Mask(%s) = %s, want %s", text, got, want)
		}
	}
}

// Law: no masked text contains a value, whatever stands around it.
func TestMaskedTextsHaveNoValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringN(minSecret, 30, -1).Draw(t, "value")
		if strings.Contains(value, "*") {
			t.Skip("a mask may contain it")
		}
		secrets := NewSecrets(map[string]string{"A": value})
		text := fmt.Sprintf("%s%s%q", rapid.String().Draw(t, "before"), value, value)
		if masked := secrets.Mask(text); strings.Contains(masked, value) {
			t.Errorf("Mask(%q) = %q", text, masked)
		}
	})
}

// A spec on its way has the values of its secrets, and a masked one the names.
func TestSpecSecrets(t *testing.T) {
	const document = `{"num_jobs":1,"workload":{"body":{"pin":123456,"text":"a s3cr3t"},"kind":"http",` +
		`"url":"http://h/s3cr3t"},"name":"of s3cr3t","labels":{"a":"s3cr3t"},"secrets":{"PIN":"123456","TOKEN":"s3cr3t"}}`
	const stored = `{"num_jobs":1,"workload":{"body":{"pin":"***","text":"a ***"},"kind":"http",` +
		`"url":"http://h/***"},"name":"of ***","labels":{"a":"***"},"secrets":["PIN","TOKEN"]}`
	spec, err := DecodeSpec([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	for what, test := range map[string]struct {
		spec Spec
		want string
	}{"the spec": {spec, document}, "the masked spec": {spec.Mask(), stored}} {
		encoded, err := json.Marshal(test.spec)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, string(encoded)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
		var again Spec
		if err := json.Unmarshal(encoded, &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.spec, again, cmp.AllowUnexported(Secret{})); diff != "" {
			t.Errorf("%s, encoded and decoded (-want +got):\n%s", what, diff)
		}
	}
	if err := spec.CheckUnmasked(); err != nil {
		t.Errorf("the spec: %v", err)
	}
	decoded, err := DecodeSpec([]byte(stored))
	if err != nil {
		t.Fatal(err)
	}
	const value = " has no value here; run the spec file with %s set, or give the secrets as an object of names and values"
	const masked = ": has a masked part, as the secrets of a kept run are; give it again"
	want := "secrets: PIN" + fmt.Sprintf(value, "PIN") + "; secrets: TOKEN" + fmt.Sprintf(value, "TOKEN") +
		"; workload.body.text" + masked + "; workload.url" + masked
	if err := decoded.CheckUnmasked(); err == nil || err.Error() != want {
		t.Errorf("the masked spec: %v, want %s", err, want)
	}
}

// Names that results show have no secret in them, and whatever else may have one is
// masked in a spec with scenarios.
func TestSecretsOfScenarios(t *testing.T) {
	const document = `{"scenarios":[{"name":"NAME","num_jobs":1,"data":{"file":"s3cr3t.csv","order":"once"},` +
		`"replay":{"column":"s3cr3t","speed":1},"workload":{"kind":"steps","steps":[{"name":"STEP","kind":"http",` +
		`"url":"http://h/s3cr3t","form":{"name":"s3cr3t"}}]}}],"labels":{"s3cr3t":"a"},"secrets":{"TOKEN":"s3cr3t"}}`
	for names, want := range map[string]string{
		"a b": "", "s3cr3t b": "scenarios[0].name", "a of-s3cr3t": "scenarios[0].workload.steps[0].name",
	} {
		name, step, _ := strings.Cut(names, " ")
		spec, err := DecodeSpec([]byte(strings.NewReplacer("NAME", name, "STEP", step).Replace(document)))
		if want != "" {
			want += ": has a secret in it, and results show the name; give another"
			if err == nil || err.Error() != want {
				t.Errorf("%s: %v, want %s", names, err, want)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if masked := asText(t, spec.Mask()); strings.Contains(masked, "s3cr3t") || strings.Count(masked, "***") != 5 {
			t.Errorf("the masked spec is %s, want 5 masks", masked)
		}
	}
}

// Secrets that cannot be masked are refused, and no message repeats a value.
func TestWrongSecrets(t *testing.T) {
	for secrets, want := range map[string]string{
		`"TOKEN"`:                `secrets: must be a list of names such as ["TOKEN"], or an object of names and values`,
		`["A", "A"]`:             `secrets[1]: must be the name of a variable, given once; got "A"`,
		`[1]`:                    `secrets[0]: must be the name of a variable, given once; got 1; ` + nameRule + `""`,
		`["a b"]`:                nameRule + `"a b"`,
		`{"TOKEN": "abc"}`:       `secrets.TOKEN: must have 4 characters or more, or other texts would be masked with it`,
		`{"TOKEN": ["s3cr3t"]}`:  `secrets.TOKEN: must be a string`,
		`{"s3cr3t.x": "s3cr3t"}`: `secrets: must have names of variables, of letters, digits and _; got "***.x"`,
	} {
		_, err := DecodeSpec([]byte(`{"num_jobs": 1, "secrets": ` + secrets + `}`))
		if err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", secrets, err, want)
		}
	}
}

const nameRule = `secrets: must have names of variables, of letters, digits and _; got `

// A masked error is still of its kind, and an InvalidError says as much as before.
func TestMaskError(t *testing.T) {
	secrets := NewSecrets(map[string]string{"A": "s3cr3t"})
	masked := secrets.MaskError(fmt.Errorf("%w: s3cr3t is away", ErrUnavailable))
	if want := "unavailable: *** is away"; masked.Error() != want {
		t.Errorf("the error is %v, want %s", masked, want)
	}
	if !errors.Is(masked, ErrUnavailable) {
		t.Errorf("%v is not an ErrUnavailable", masked)
	}
	if err := secrets.MaskError(ErrConflict); err != ErrConflict { //nolint:errorlint // it must be the same
		t.Errorf("an error without a value is %v, want itself", err)
	}
	var invalid *InvalidError
	wrong := secrets.MaskError(&InvalidError{Fields: []FieldError{
		{Location: "a", Message: "got s3cr3t"}, {Location: "b", Message: "got x"},
	}})
	if !errors.As(wrong, &invalid) {
		t.Fatalf("%v is not an InvalidError", wrong)
	}
	want := []FieldError{{Location: "a", Message: "got ***"}, {Location: "b", Message: "got x"}}
	if diff := cmp.Diff(want, invalid.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}
