package execjob

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// gzip is a list with one command that has every field.
const gzip = `{"commands": {"gzip": {
	"path": "/usr/bin/gzip",
	"args": ["-{{level}}", "--name={{name}}", "--", "{{files}}", "{{job}}-{{seed}}"],
	"schema": {
		"type": "object", "additionalProperties": false, "required": ["level"],
		"properties": {
			"level": {"type": "integer", "minimum": 1, "maximum": 9},
			"name": {"type": "string", "pattern": "^[a-z]+$"},
			"files": {"type": "array", "items": {"type": ["string", "boolean"]}}
		}
	},
	"env": {"A": "b"}, "dir": "/tmp", "timeout": "5s", "max_output": 10
}}}`

// The arguments of a program are the operator's, with values of the spec's args.
func TestCommandArguments(t *testing.T) {
	c := listed(t, gzip)["gzip"]
	for _, test := range []struct {
		args string
		want []string
	}{
		{`{"level": 6}`, []string{"-6", "--", "7-5"}},
		{
			`{"level": 1, "name": "x", "files": ["a b", true]}`,
			[]string{"-1", "--name=x", "--", "a b", "true", "7-5"},
		},
		{`{"level": 1, "files": []}`, []string{"-1", "--", "7-5"}},
	} {
		args := workloadtest.Parse(t, test.args)
		if err := c.check(args, nil); err != nil {
			t.Errorf("%s: %v", test.args, err)
		}
		got, err := c.argv(args, jobInput{job: 7, seed: 5})
		if err != nil {
			t.Errorf("%s: %v", test.args, err)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: arguments (-want +got):\n%s", test.args, diff)
		}
	}
}

// A command has the fields that the list gives, and defaults for the others.
func TestCommandFields(t *testing.T) {
	for list, want := range map[string]Command{
		gzip: {
			Path: "/usr/bin/gzip", Dir: "/tmp", Env: map[string]string{"A": "b"},
			Timeout: 5 * time.Second, MaxOutput: 10,
		},
		`{"commands": {"gzip": {"path": "/x"}}}`: {
			Path: "/x", Dir: "/", Timeout: time.Minute, MaxOutput: 1 << 20,
		},
	} {
		got := listed(t, list)["gzip"]
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Command{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", list, diff)
		}
	}
}

// Args that do not fit the command's schema are refused, with the location and
// the rule.
func TestWrongArguments(t *testing.T) {
	const scale = "args: must have numbers of up to 64 digits, no further from 1 than 1e300; got "
	c := listed(t, gzip)["gzip"]
	for _, test := range []struct{ args, want string }{
		{`{"a": "b"}`, "args.level: is needed; args.a: is not allowed"},
		{`{"level": 0}`, "args.level: must be at least 1; got 0"},
		{`{"level": "6"}`, `args.level: must be an integer; got "6"`},
		{`{"level": 1, "name": "-rf"}`, `args.name: must match the pattern ^[a-z]+$; got "-rf"`},
		{`{"level": 1, "files": [1]}`, "args.files[0]: must be true or false or a text; got 1"},
		{`{"level": 1, "files": ["\u0000"]}`, "args.files: cannot hold a zero byte"},
		{`{"level": 1e999999999}`, scale + "1e999999999"},
		{`{"level": 1e-999999999}`, scale + "1e-999999999"},
		{
			`{"level": 1, "files": [` + strings.Repeat("1,", 1000) + `1]}`,
			"args: must be made of at most 1000 values",
		},
		{`["x"]`, "args: must be an object; got a list"},
		{`"x"`, `args: must be an object; got "x"`},
		{`null`, "args.level: is needed"},
	} {
		args, err := decode(test.args)
		if err != nil {
			t.Fatal(err)
		}
		err = c.check(args, nil)
		if workloadtest.Message(err) != test.want {
			t.Errorf("%.60s: %v, want %s", test.args, err, test.want)
		}
		if !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("%.60s: %v is not an ErrInvalid", test.args, err)
		}
	}
}

// A list can only be the value of a placeholder that is an argument by itself.
func TestListWithinAnArgument(t *testing.T) {
	free := listed(t, `{"commands": {"x": {"path": "/x", "args": ["{{a}}", "b{{a}}"], "schema": {}}}}`)["x"]
	const want = "args.a: must be a string, a number, true or false, " +
		"for the place that the operator's list gives it"
	if err := free.check(map[string]any{"a": []any{"c"}}, nil); workloadtest.Message(err) != want {
		t.Errorf("check = %v, want %s", err, want)
	}
}

// A wrong list of commands is refused, with the location and the rule.
func TestWrongCommands(t *testing.T) {
	const (
		notObject     = "the list of commands is not a JSON object: "
		noPlaceholder = ", which is nothing that a spec can tell by the schema; there is "
	)
	for _, test := range []struct{ list, want string }{
		{``, notObject + "EOF"},
		{`[]`, notObject + "json: cannot unmarshal array into Go value of type map[string]interface {}"},
		{`{}`, "commands: is needed: programs by their names"},
		{`{"commands": {}}`, "commands: must be an object of programs by their names, and have one at least"},
		{`{"commands": {"a": {"path": "/a"}}, "comands": 1}`, "comands: is not a field; did you mean commands?"},
		{`{"commands": {"A b": {"path": "/a"}}}`, "commands.A b: must be named with up to 40 of a-z 0-9 _ -"},
		{
			`{"commands": {"a": "/a"}}`,
			`commands.a: must be an object with a path, such as {"path": "/usr/bin/gzip"}`,
		},
		{
			`{"commands": {"a": {}, "b": {"path": "b"}}}`,
			"commands.a.path: is needed: the program, as an absolute path; " +
				`commands.b.path: must be an absolute path; got "b"`,
		},
		{
			`{"commands": {"a": {"path": "/a", "dir": "b"}}}`,
			`commands.a.dir: must be an absolute path; got "b"`,
		},
		{
			`{"commands": {"a": {"path": "/a", "arg": []}}}`,
			"commands.a.arg: is not a field; did you mean args?",
		},
		{
			`{"commands": {"a": {"path": "/a", "args": [1]}}}`,
			"commands.a.args[0]: must be a string of up to 4096 characters; got 1",
		},
		{
			`{"commands": {"a": {"path": "/a", "env": {"B=": "c"}}}}`,
			`commands.a.env: cannot have a variable "B=" of that value`,
		},
		{
			`{"commands": {"a": {"path": "/a", "timeout": "0s"}}}`,
			`commands.a.timeout: must be a duration such as "250ms" from 1ms to 1h; got "0s"`,
		},
		{
			`{"commands": {"a": {"path": "/a", "args": ["{{x}}"]}}}`,
			"commands.a.args[0]: has {{x}}" + noPlaceholder + "job, seed",
		},
		{
			`{"commands": {"a": {"path": "/a", "args": ["{{}}"], "schema": true}}}`,
			"commands.a.args[0]: has {{}}" + noPlaceholder + "anything that has a name",
		},
	} {
		_, err := ParseCommands([]byte(test.list))
		if workloadtest.Message(err) != test.want {
			t.Errorf("%s: %v, want %s", test.list, err, test.want)
		}
		if !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("%s: %v is not an ErrInvalid", test.list, err)
		}
	}
}

// A schema that is wrong is refused with its location in the list.
func TestWrongSchemas(t *testing.T) {
	for schema, want := range map[string]string{
		`7`: "commands.a.schema: must be a schema: an object, true or false; got 7",
		`{"properties": {"b": {"type": "strin"}}}`: "commands.a.schema.properties.b.type: must be one of " +
			`null, boolean, object, array, number, string, integer; got "strin"`,
		`{"additionalproperties": false}`: "commands.a.schema.additionalproperties: is not a keyword; " +
			"did you mean additionalProperties?",
		`{"$ref": "file:///etc/passwd"}`: `commands.a.schema.$ref: refers to "file:///etc/passwd", which is no schema ` +
			"of this document; other documents are not loaded",
		`{"maximum": 1e999999999}`: "commands.a.schema: must have numbers of up to 64 digits, " +
			"no further from 1 than 1e300; got 1e999999999",
	} {
		_, err := ParseCommands(fmt.Appendf(nil, `{"commands": {"a": {"path": "/a", "schema": %s}}}`, schema))
		if diff := cmp.Diff(want, workloadtest.Message(err)); diff != "" {
			t.Errorf("%s: error (-want +got):\n%s", schema, diff)
		}
	}
}

// Law: args that a command accepts expand to arguments without a zero byte, and
// to no more arguments than the args have values. Every other error is an
// ErrInvalid.
func FuzzCommands(f *testing.F) {
	f.Add(gzip, `{"level": 1, "files": ["a"]}`)
	f.Add(`{"commands": {"gzip": {
		"path": "/x", "args": ["{{args}}", "a{{b}}{{c}}"], "schema": {"type": "array"}}}}`, `["a", 1, null]`)
	f.Add(`{"commands": {"gzip": {
		"path": "/x", "schema": {"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}}}}`, `{}`)
	f.Fuzz(func(t *testing.T, list, text string) {
		commands, err := ParseCommands([]byte(list))
		if err != nil {
			if !errors.Is(err, aurea.ErrInvalid) {
				t.Fatalf("%v is not an ErrInvalid", err)
			}
			return
		}
		args, err := decode(text)
		if err != nil {
			return
		}
		for _, c := range commands {
			if err := c.check(args, nil); err != nil {
				if !errors.Is(err, aurea.ErrInvalid) || err.Error() == "" {
					t.Fatalf("%v is not an ErrInvalid", err)
				}
				continue
			}
			argv, err := c.argv(args, jobInput{job: 1, seed: 2})
			if err != nil {
				t.Fatalf("accepted args do not expand: %v", err)
			}
			if len(argv) > 100*(maxArgs+1) {
				t.Fatalf("the args expand to %d arguments", len(argv))
			}
			if strings.ContainsRune(strings.Join(argv, ""), 0) {
				t.Fatalf("an argument has a zero byte: %q", argv)
			}
		}
	})
}

// maxArgs is how many values args can have.
const maxArgs = 1000

// decode decodes a JSON value as the args of a spec are.
func decode(text string) (any, error) {
	decoder := newDecoder([]byte(text))
	var value any
	err := decoder.Decode(&value)
	return value, err
}
