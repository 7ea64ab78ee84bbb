package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/format"
	"github.com/aurea-orchestrator/aurea/param"
)

// specExamples are the fields of a new spec, in the order of the documentation,
// each with a value in YAML. active ones are not commented out; for name the
// value is the kind. Fields that are missing are short for others.
var specExamples = map[string]struct {
	value  string
	active bool
}{
	"num_jobs":          {"100", true},
	"concurrency":       {"10", true},
	"rate":              {"50", false},
	"arrival":           {"poisson", false},
	"on_saturation":     {"drop", false},
	"duration":          {"30s", false},
	"stages":            {"[{duration: 30s, rate: 100}, {duration: 1m, rate: 100}]", false},
	"warmup":            {"5s", false},
	"timeout":           {"10s", false},
	"thresholds":        {"[p99 < 250ms, error_rate < 1%]", false},
	"pricing":           {"{per_second: 0.001, per_job: 0, currency: USD}", false},
	"seed":              {"42", false},
	"name":              {"", true},
	"labels":            {"{team: search}", false},
	"include_jobs":      {"false", false},
	"workers":           {"all", false},
	"max_lost_fraction": {"0.1", false},
	"repeat":            {"{times: 5, cooldown: 2s}", false},
	"secrets":           {"[API_TOKEN]", false},
	"users":             {"10", false},
	"data":              {"{file: users.csv, order: sequential}", false},
	"scenarios":         {"[{name: a, num_jobs: 5}, {name: b, start: 1s, num_jobs: 5}]", false},
	"sample":            {"5", false},
	"replay":            {"{column: at, speed: 2x}", false},
	"defaults":          {"{http: {timeout: 5s, headers: {Accept: text/html}}}", false},
}

// kindExamples are the parameters of a new workload that are not commented out,
// by kind: in YAML, within its workload.
var kindExamples = map[string]map[string]string{
	"sleep":   {"duration": "100ms"},
	"noop":    {},
	"station": {"service": "10ms"},
	"cpu":     {"cpu_time": "1ms"},
	"http":    {"url": "http://localhost:8080/"},
	"grpc":    {"target": "localhost:50051", "method": "grpc.health.v1.Health/Check"},
	"memory":  {"bytes": "1048576"},
	"disk":    {"bytes": "65536"},
	"exec":    {"command": "NAME"},
	"mix": {"parts": `
  - {weight: 3, workload: {kind: sleep, duration: 10ms}}
  - {weight: 1, workload: {kind: sleep, duration: 100ms}}`},
	"steps": {"steps": `
  - {name: first, kind: sleep, duration: 10ms}
  - {name: second, kind: sleep, duration: 50ms}`},
}

func newSpecInitCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init [KIND]",
		Short: "Print a new spec, with a comment on every field",
		Long: `Prints a new spec for a kind of workload, http unless given, with a comment on every
field and parameter. It passes aurea spec check as it is; exec needs the name of
one of your commands.`,
		Example: `  aurea spec init >spec.yaml
  aurea spec init sleep >spec.yaml`,
		Args: cobra.MaximumNArgs(1),

		ValidArgsFunction: completeKind,
		RunE: func(command *cobra.Command, args []string) error {
			name := "http"
			if len(args) == 1 {
				name = args[0]
			}
			for _, kind := range everyKind.AllKinds() {
				if kind.Name == name {
					_, err := fmt.Fprint(command.OutOrStdout(), newSpec(kind))
					return err
				}
			}
			_, err := everyKind.ByName(name)
			return renameLocation(err, "workload.kind", "KIND")
		},
	}
}

// newSpec returns a new spec in YAML for a kind of workload.
func newSpec(kind aurea.Kind) string {
	var y yamlWriter
	y.comment("A benchmark of Aurea: aurea run FILE runs it, aurea spec check FILE says what it would do. " +
		"What begins with # is optional.")
	for _, p := range aurea.SpecParameters() {
		example, ok := specExamples[p.Name]
		switch {
		case p.Name == "workload":
			y.WriteByte('\n')
			y.comment(p.Doc)
			y.WriteString("workload:\n")
			y.indent = "  "
			y.comment(kind.Doc)
			y.line("kind", kind.Name, true)
			y.parameters(kind.Parameters, kindExamples[kind.Name])
			y.indent = ""
		case p.Name == "name":
			y.field(p, kind.Name, true)
		case ok:
			y.field(p, example.value, example.active)
		}
	}
	return y.String()
}

// A yamlWriter writes a commented YAML document.
type yamlWriter struct {
	strings.Builder
	indent string
}

// field writes a field with its description.
func (y *yamlWriter) field(p param.Parameter, value string, active bool) {
	y.WriteByte('\n')
	y.comment(p.Doc)
	y.line(p.Name, value, active)
}

// parameters writes the parameters of a workload. Those with a given value are
// active.
func (y *yamlWriter) parameters(parameters []param.Parameter, given map[string]string) {
	for _, p := range parameters {
		value, active := given[p.Name]
		if !active {
			value = exampleValue(p)
		}
		y.field(p, value, active)
	}
}

// line writes a key and its value. One that is not active is a comment.
func (y *yamlWriter) line(key, value string, active bool) {
	margin := y.indent
	if !active {
		margin += "# "
	}
	y.WriteString(margin)
	if !strings.HasPrefix(value, "\n") {
		value = " " + value
	}
	fmt.Fprintf(y, "%s:%s\n", key, strings.ReplaceAll(value, "\n", "\n"+margin))
}

// comment writes a comment that is wrapped at 80 columns.
func (y *yamlWriter) comment(text string) {
	margin := y.indent + "# "
	for _, line := range format.Wrap(text, 80-len(margin)) {
		y.WriteString(margin + line + "\n")
	}
}

// exampleValue returns a value of a parameter in YAML: its default, or one that
// shows the form.
func exampleValue(p param.Parameter) string {
	switch value := p.Default.(type) {
	case nil:
	case time.Duration:
		return value.String()
	case []any:
		return strings.ReplaceAll(fmt.Sprint(value), " ", ", ")
	default:
		return fmt.Sprint(value)
	}
	switch p.Type {
	case param.Integer, param.Number:
		return param.FormatNumber(p.Min)
	case param.Boolean:
		return "false"
	case param.Duration:
		return "100ms"
	case param.Object:
		return exampleObject(p.Members)
	case param.List:
		return "[" + exampleValue(*p.Items) + "]"
	case param.StringMap, param.FieldList:
		return "{Name: value}"
	case param.KindType:
		return "{kind: noop}"
	case param.OneOf:
		return exampleValue(p.Alternatives[0])
	}
	if len(p.Options) > 0 {
		return p.Options[0]
	}
	return "text"
}

// exampleObject returns an object with all of its members in YAML: on one line,
// or if that is long, on a line each.
func exampleObject(members []param.Parameter) string {
	var parts []string
	for _, m := range members {
		parts = append(parts, m.Name+": "+exampleValue(m))
	}
	if line := "{" + strings.Join(parts, ", ") + "}"; len(line) <= 60 {
		return line
	}
	return "\n  " + strings.Join(parts, "\n  ")
}
