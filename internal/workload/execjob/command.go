package execjob

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/dataset"
	"github.com/aurea-orchestrator/aurea/internal/jsonschema"
	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Command is a program that the operator allows jobs to run. ParseCommands
// returns it.
type Command struct {
	Path      string // absolute
	Dir       string // where it runs
	Env       map[string]string
	Timeout   time.Duration
	MaxOutput int64 // bytes that it may write; with 0 they are not read
	arguments []argument
	schema    *jsonschema.Schema // of the args of a spec; nil if it takes none
}

// listParameters declares the operator's list.
var listParameters = []param.Parameter{
	{
		Name: "commands", Type: param.Any, Required: true,
		Doc: "programs by their names",
	},
}

// commandParameters declares a command of the operator's list.
var commandParameters = []param.Parameter{
	{
		Name: "path", Type: param.Text, Max: 4096, Required: true,
		Doc: "the program, as an absolute path",
	},
	{
		Name: "args", Type: param.List, Max: 100,
		Items: &param.Parameter{Type: param.Text, Max: 4096, Doc: "an argument"},
		Doc:   "its arguments",
	},
	{
		Name: "schema", Type: param.Any,
		Doc: "the JSON Schema of the args that a spec may give",
	},
	{
		Name: "env", Type: param.StringMap,
		Doc: "its environment",
	},
	{
		Name: "dir", Type: param.Text, Max: 4096,
		Doc: "the directory that it runs in, as an absolute path",
	},
	{
		Name: "timeout", Type: param.Duration, Min: 0.001, Max: aurea.MaxJobDuration.Seconds(), Default: time.Minute,
		Doc: "how long it may take",
	},
	{
		Name: "max_output", Type: param.Integer, Max: 1 << 40, Default: int64(1 << 20),
		Doc: "how many bytes it may write",
	},
}

var commandName = lazyregexp.New(`^[a-z0-9_-]{1,40}$`)

// ParseCommands reads the operator's list of programs that jobs may run, a JSON
// object such as {"commands": {"gzip": {"path": "/usr/bin/gzip"}}}. It does not
// check whether they exist. The error is an *aurea.InvalidError.
func ParseCommands(list []byte) (map[string]Command, error) {
	var document map[string]any
	if err := newDecoder(list).Decode(&document); err != nil {
		return nil, param.Invalid("", "the list of commands is not a JSON object: %v", err)
	}
	listed, err := param.Read(listParameters, document, "")
	if err != nil {
		return nil, err
	}
	entries, ok := listed["commands"].(map[string]any)
	if !ok || len(entries) == 0 {
		return nil, param.Invalid("commands", "must be an object of programs by their names, and have one at least")
	}
	commands := map[string]Command{}
	var found []error
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		command, err := parseCommand(name, entries[name])
		commands[name], found = command, append(found, err)
	}
	if err := param.Merge(found...); err != nil {
		return nil, err
	}
	return commands, nil
}

// newDecoder returns a JSON decoder that loses no digit of a number.
func newDecoder(text []byte) *json.Decoder {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder
}

func parseCommand(name string, entry any) (Command, error) {
	location := "commands." + name
	if !commandName().MatchString(name) {
		return Command{}, param.Invalid(location, "must be named with up to 40 of a-z 0-9 _ -")
	}
	fields, ok := entry.(map[string]any)
	if !ok {
		return Command{}, param.Invalid(location, `must be an object with a path, such as {"path": "/usr/bin/gzip"}`)
	}
	values, err := param.Read(commandParameters, fields, location)
	if err != nil {
		return Command{}, err
	}
	c := Command{
		Path: values.Text("path"), Dir: values.Text("dir"), Env: values.StringMap("env"),
		Timeout: values.Duration("timeout"), MaxOutput: values.Integer("max_output"),
	}
	return c, param.Within(location, c.complete(values))
}

// complete checks what the declarations do not express and sets the remaining
// fields.
func (c *Command) complete(values param.Values) (err error) {
	if c.Dir == "" {
		c.Dir = filepath.VolumeName(c.Path) + string(filepath.Separator)
	}
	for field, path := range map[string]string{"path": c.Path, "dir": c.Dir} {
		if !filepath.IsAbs(path) || strings.ContainsRune(path, 0) {
			return param.Invalid(field, "must be an absolute path; got %q", path)
		}
	}
	for name, value := range c.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(value, 0) {
			return param.Invalid("env", "cannot have a variable %q of that value", name)
		}
	}
	declared, given := values["schema"]
	if given {
		if c.schema, err = jsonschema.Compile(declared, "schema"); err != nil {
			return err
		}
	}
	known := placeholders(declared, given)
	for i, arg := range values.List("args") {
		argument, err := parseArgument(arg.(string), known)
		if err != nil {
			return param.Invalid(fmt.Sprintf("args[%d]", i), "%v", err)
		}
		c.arguments = append(c.arguments, argument)
	}
	return nil
}

// check checks the args of a spec against the command's schema.
func (c Command) check(args any, data *dataset.Rows) error {
	for _, a := range c.arguments {
		if err := a.checkData(data); err != nil {
			return err
		}
	}
	switch {
	case args == nil && c.schema == nil:
		return nil
	case args == nil && c.schema.Accepts([]any{}):
		return nil
	case args == nil:
		args = map[string]any{}
	case c.schema == nil:
		return param.Invalid("args", "cannot be given: the operator's list has no schema of what to tell this command")
	}
	if err := c.schema.Check(args, "args"); err != nil {
		return err
	}
	_, err := c.argv(args, jobInput{data: data})
	return err
}

// argv returns the arguments of the program. The error is an
// *aurea.InvalidError.
func (c Command) argv(args any, in jobInput) ([]string, error) {
	var argv []string
	for _, a := range c.arguments {
		elements, err := a.expand(args, in)
		if err != nil {
			return nil, err
		}
		argv = append(argv, elements...)
	}
	return argv, nil
}

// runnable returns why the program cannot be run on this machine, or nil.
func (c Command) runnable() error {
	program, err := os.Stat(c.Path)
	if err != nil {
		return err
	}
	if !program.Mode().IsRegular() || program.Mode()&0o111 == 0 && runtime.GOOS != "windows" {
		return fmt.Errorf("%s is no program: %w", c.Path, fs.ErrPermission)
	}
	if dir, err := os.Stat(c.Dir); err != nil || !dir.IsDir() {
		return fmt.Errorf("there is no directory %s for it to run in", c.Dir)
	}
	return nil
}
