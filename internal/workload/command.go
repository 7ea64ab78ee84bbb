package workload

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/param"
)

// A Command is a program that the operator lets jobs run. ParseCommands makes it.
type Command struct {
	Path      string // absolute
	Dir       string // where it runs
	Env       map[string]string
	Timeout   time.Duration
	MaxOutput int64 // bytes that it may write; with 0 nobody reads them
	arguments []argument
	schema    *jsonschema.Schema // of what a spec tells it; nil where that is nothing
}

// commandParameters declare a command of the operator's list.
var commandParameters = []param.Parameter{
	{Name: "path", Type: param.Text, Max: 4096, Required: true, Doc: "the program, as an absolute path"},
	{Name: "args", Type: param.List, Max: 100, Items: &param.Parameter{Type: param.Text, Max: 4096, Doc: "an argument"}, Doc: "its arguments"},
	{Name: "schema", Type: param.Any, Doc: "the JSON Schema of the args that a spec may give"},
	{Name: "env", Type: param.StringMap, Doc: "its environment"},
	{Name: "dir", Type: param.Text, Max: 4096, Doc: "the directory that it runs in, as an absolute path"},
	{Name: "timeout", Type: param.Duration, Min: 0.001, Max: aurea.MaxJobDuration.Seconds(), Default: time.Minute, Doc: "how long it may take"},
	{Name: "max_output", Type: param.Integer, Max: 1 << 40, Default: int64(1 << 20), Doc: "how many bytes it may write"},
}

var commandName = regexp.MustCompile(`^[a-z0-9_-]{1,40}$`)

// ParseCommands reads the operator's list of programs that jobs may run, a JSON
// object such as {"commands": {"gzip": {"path": "/usr/bin/gzip"}}}. It does not
// look whether they are there. The error is an *aurea.InvalidError.
func ParseCommands(list []byte) (map[string]Command, error) {
	var document map[string]any
	if err := newDecoder(list).Decode(&document); err != nil {
		return nil, wrongField("", fmt.Sprintf("the list of commands is not a JSON object: %v", err))
	}
	listed, err := param.Read([]param.Parameter{{Name: "commands", Type: param.Any, Required: true, Doc: "programs by their names"}}, document, "")
	if err != nil {
		return nil, err
	}
	entries, ok := listed["commands"].(map[string]any)
	if !ok || len(entries) == 0 {
		return nil, wrongField("commands", "must be an object of programs by their names, and have one at least")
	}
	commands := map[string]Command{}
	found := &aurea.InvalidError{}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		commands[name], err = parseCommand(name, entries[name])
		var invalid *aurea.InvalidError
		if errors.As(err, &invalid) {
			found.Fields = append(found.Fields, invalid.Fields...)
		}
	}
	if len(found.Fields) > 0 {
		return nil, found
	}
	return commands, nil
}

// newDecoder reads JSON and loses no digit.
func newDecoder(text []byte) *json.Decoder {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return decoder
}

func parseCommand(name string, entry any) (Command, error) {
	location := "commands." + name
	if !commandName.MatchString(name) {
		return Command{}, wrongField(location, "must be named with up to 40 of a-z 0-9 _ -")
	}
	fields, ok := entry.(map[string]any)
	if !ok {
		return Command{}, wrongField(location, `must be an object with a path, such as {"path": "/usr/bin/gzip"}`)
	}
	values, err := param.Read(commandParameters, fields, location)
	if err != nil {
		return Command{}, err
	}
	c := Command{
		Path:      values["path"].(string),
		Timeout:   values["timeout"].(time.Duration),
		MaxOutput: values["max_output"].(int64),
	}
	c.Env, _ = values["env"].(map[string]string)
	c.Dir, _ = values["dir"].(string)
	return c, at(location, c.complete(values))
}

// complete finds what single fields do not show, and makes the rest of a command.
func (c *Command) complete(values map[string]any) (err error) {
	if c.Dir == "" {
		c.Dir = filepath.VolumeName(c.Path) + string(filepath.Separator)
	}
	for field, path := range map[string]string{"path": c.Path, "dir": c.Dir} {
		if !filepath.IsAbs(path) || strings.ContainsRune(path, 0) {
			return wrongField(field, fmt.Sprintf("must be an absolute path; got %q", path))
		}
	}
	for name, value := range c.Env {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(value, 0) {
			return wrongField("env", fmt.Sprintf("cannot have a variable %q of that value", name))
		}
	}
	declared, given := values["schema"]
	if given {
		if c.schema, err = compileSchema(declared); err != nil {
			return wrongField("schema", err.Error())
		}
	}
	known := placeholders(declared, given)
	args, _ := values["args"].([]any)
	for i, arg := range args {
		argument, err := parseArgument(arg.(string), known)
		if err != nil {
			return wrongField(fmt.Sprintf("args[%d]", i), err.Error())
		}
		c.arguments = append(c.arguments, argument)
	}
	return nil
}

// check holds the args of a spec against the command.
func (c Command) check(args any) error {
	switch {
	case args == nil && c.schema == nil:
		return nil
	case args == nil && c.schema.Validate([]any{}) == nil:
		return nil
	case args == nil:
		args = map[string]any{}
	case c.schema == nil:
		return wrongField("args", "cannot be given: the operator's list has no schema of what to tell this command")
	}
	if err := checkScale(args); err != nil {
		return wrongField("args", err.Error())
	}
	if err := checkSchema(c.schema, args); err != nil {
		return err
	}
	_, err := c.argv(args, 0, 0)
	return err
}

// argv is the program's arguments. The error is an *aurea.InvalidError.
func (c Command) argv(args any, job int64, seed uint64) ([]string, error) {
	var argv []string
	for _, a := range c.arguments {
		elements, err := a.expand(args, job, seed)
		if err != nil {
			return nil, err
		}
		argv = append(argv, elements...)
	}
	return argv, nil
}

// runnable reports why the program cannot be run here.
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
