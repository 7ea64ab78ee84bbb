package execjob

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/workload/workloadtest"
)

// gzip is a command with all there is to say of one.
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

func TestCommandArguments(t *testing.T) {
	c := listed(t, gzip)["gzip"]
	for text, want := range map[string][]string{
		`{"level": 6}`: {"-6", "--", "7-5"},
		`{"level": 1, "name": "x", "files": ["a b", true]}`: {"-1", "--name=x", "--", "a b", "true", "7-5"},
		`{"level": 1, "files": []}`:                         {"-1", "--", "7-5"},
	} {
		args := workloadtest.Parse(t, text)
		if err := c.check(args); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got, err := c.argv(args, 7, 5); err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %q, %v, want %q", text, got, err, want)
		}
	}
	if c.Env["A"] != "b" || c.Dir != "/tmp" || c.Timeout.Seconds() != 5 || c.MaxOutput != 10 {
		t.Errorf("the rest is %+v", c)
	}
	if c := listed(t, `{"commands": {"x": {"path": "/x"}}}`)["x"]; c.Dir != "/" || c.Timeout.Seconds() != 60 || c.MaxOutput != 1<<20 {
		t.Errorf("the defaults are %+v", c)
	}
}

func TestWrongArguments(t *testing.T) {
	c := listed(t, gzip)["gzip"]
	for text, want := range map[string]string{
		`{"a": null}`:                              "args: missing property 'level'; args: additional properties 'a' not allowed",
		`{"a": {"level": 0}}`:                      "args.level: minimum: got 0, want 1",
		`{"a": {"level": "6"}}`:                    "args.level: got string, want integer",
		`{"a": {"level": 1, "name": "-rf"}}`:       "args.name: '-rf' does not match pattern '^[a-z]+$'",
		`{"a": {"level": 1, "files": [1]}}`:        "args.files.0: got number, want boolean or string",
		`{"a": {"level": 1, "files": ["\u0000"]}}`: "args.files: cannot hold a zero byte",
		`{"a": {"level": 1e999999999}}`:            "args: must have numbers of up to 64 digits, no further from 1 than 1e300; got 1e999999999",
		`{"a": {"level": 1e-999999999}}`:           "args: must have numbers of up to 64 digits, no further from 1 than 1e300; got 1e-999999999",
		`{"a": {"level": 1, "files": [` + strings.Repeat("1,", 1000) + `1]}}`: "args: must be made of at most 1000 values",
		`{"a": ["x"]}`: "args: got array, want object",
		`{"a": "x"}`:   "args: got string, want object",
	} {
		args := workloadtest.Parse(t, text)["a"]
		if strings.Contains(text, "null") {
			args = map[string]any{"a": "b"}
		}
		err := c.check(args)
		if workloadtest.Message(err) != want || !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("%.60s: %v, want %s", text, err, want)
		}
	}
	if err := c.check(nil); workloadtest.Message(err) != "args: missing property 'level'" {
		t.Errorf("no args: %v", err)
	}
	free := listed(t, `{"commands": {"x": {"path": "/x", "args": ["{{a}}", "b{{a}}"], "schema": {}}}}`)["x"]
	if err := free.check(map[string]any{"a": []any{"c"}}); workloadtest.Message(err) != "args.a: must be a string, a number, true or false, for the place that the operator's list gives it" {
		t.Errorf("a list within an element: %v", err)
	}
}

func TestWrongCommands(t *testing.T) {
	for list, want := range map[string]string{
		``:                 "the list of commands is not a JSON object: EOF",
		`[]`:               "the list of commands is not a JSON object: json: cannot unmarshal array into Go value of type map[string]interface {}",
		`{}`:               "commands: is needed: programs by their names",
		`{"commands": {}}`: "commands: must be an object of programs by their names, and have one at least",
		`{"commands": {"a": {"path": "/a"}}, "comands": 1}`:                     "comands: is not a field; did you mean commands?",
		`{"commands": {"A b": {"path": "/a"}}}`:                                 "commands.A b: must be named with up to 40 of a-z 0-9 _ -",
		`{"commands": {"a": "/a"}}`:                                             `commands.a: must be an object with a path, such as {"path": "/usr/bin/gzip"}`,
		`{"commands": {"a": {}, "b": {"path": "b"}}}`:                           `commands.a.path: is needed: the program, as an absolute path; commands.b.path: must be an absolute path; got "b"`,
		`{"commands": {"a": {"path": "/a", "dir": "b"}}}`:                       `commands.a.dir: must be an absolute path; got "b"`,
		`{"commands": {"a": {"path": "/a", "arg": []}}}`:                        "commands.a.arg: is not a field; did you mean args?",
		`{"commands": {"a": {"path": "/a", "args": [1]}}}`:                      "commands.a.args[0]: must be a string of up to 4096 characters; got 1",
		`{"commands": {"a": {"path": "/a", "env": {"B=": "c"}}}}`:               `commands.a.env: cannot have a variable "B=" of that value`,
		`{"commands": {"a": {"path": "/a", "timeout": "0s"}}}`:                  `commands.a.timeout: must be a duration such as "250ms" from 1ms to 1h; got "0s"`,
		`{"commands": {"a": {"path": "/a", "args": ["{{x}}"]}}}`:                "commands.a.args[0]: has {{x}}, which is nothing that a spec can tell by the schema; there is job, seed",
		`{"commands": {"a": {"path": "/a", "args": ["{{}}"], "schema": true}}}`: "commands.a.args[0]: has {{}}, which is nothing that a spec can tell by the schema; there is anything that has a name",
	} {
		_, err := ParseCommands([]byte(list))
		if workloadtest.Message(err) != want || !errors.Is(err, aurea.ErrInvalid) {
			t.Errorf("%s: %v, want %s", list, err, want)
		}
	}
	for schema, want := range map[string]string{
		`7`:                                "commands.a.schema: is no JSON Schema that stands alone: ",
		`{"type": "strin"}`:                "commands.a.schema: is no JSON Schema that stands alone: ",
		`{"$ref": "file:///etc/passwd"}`:   "commands.a.schema: is no JSON Schema that stands alone: ",
		`{"$ref": "http://127.0.0.1:1/x"}`: "commands.a.schema: is no JSON Schema that stands alone: ",
		`{"maximum": 1e999999999}`:         "commands.a.schema: must have numbers of up to 64 digits",
	} {
		_, err := ParseCommands(fmt.Appendf(nil, `{"commands": {"a": {"path": "/a", "schema": %s}}}`, schema))
		if !strings.HasPrefix(workloadtest.Message(err), want) {
			t.Errorf("%s: %v, want %s", schema, err, want)
		}
	}
}

// Whatever the list and the args are: what is accepted can be expanded, the same
// way again, into no more elements than it has values, without a zero byte; what
// is not is the user's fault.
func FuzzCommands(f *testing.F) {
	f.Add(gzip, `{"level": 1, "files": ["a"]}`)
	f.Add(`{"commands": {"gzip": {"path": "/x", "args": ["{{args}}", "a{{b}}{{c}}"], "schema": {"type": "array"}}}}`, `["a", 1, null]`)
	f.Add(`{"commands": {"gzip": {"path": "/x", "schema": {"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}}}}`, `{}`)
	f.Fuzz(func(t *testing.T, list, told string) {
		commands, err := ParseCommands([]byte(list))
		if err != nil {
			if !errors.Is(err, aurea.ErrInvalid) {
				t.Fatalf("%v is not the user's fault", err)
			}
			return
		}
		var args any
		if args, err = decoded(told); err != nil {
			return
		}
		for _, c := range commands {
			if err := c.check(args); err != nil {
				if !errors.Is(err, aurea.ErrInvalid) || err.Error() == "" {
					t.Fatalf("%v is not the user's fault", err)
				}
				continue
			}
			argv, err := c.argv(args, 1, 2)
			if err != nil || len(argv) > 100*(maxValues+1) || strings.ContainsRune(strings.Join(argv, ""), 0) {
				t.Fatalf("%q, %v", argv, err)
			}
		}
	})
}

func decoded(text string) (any, error) {
	decoder := newDecoder([]byte(text))
	var value any
	err := decoder.Decode(&value)
	return value, err
}
