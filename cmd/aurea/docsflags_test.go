package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/aurea-orchestrator/aurea/internal/aureatest"
)

var update = flag.Bool("update", false, "write the flags in docs/cli.md again")

// The flags in docs/cli.md are between these lines.
const (
	flagsBegin = "<!-- flags: go test ./cmd/aurea -run TestFlagsInDocs -update -->\n"
	flagsEnd   = "<!-- end of flags -->\n"
)

// docs/cli.md has every flag of every command, as --help describes it.
func TestFlagsInDocs(t *testing.T) {
	file := filepath.Join(aureatest.Root(), "docs", "cli.md")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(content), flagsBegin)
	got, after, ended := strings.Cut(rest, flagsEnd)
	if !found || !ended {
		t.Fatalf("docs/cli.md lacks the lines %q and %q", flagsBegin, flagsEnd)
	}
	want := flagTable(newRootCommand())
	if *update {
		text := before + flagsBegin + want + flagsEnd + after
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil { //nolint:gosec // a document
			t.Fatal(err)
		}
		return
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("docs/cli.md differs from the commands; write it again with the command in it (-want +got):\n%s", diff)
	}
}

// A flagRow is a flag with the commands that have it and mean the same by it.
type flagRow struct {
	name, usage string
	commands    []string
}

// flagTable returns a table of all flags of the commands below root.
func flagTable(root *cobra.Command) string {
	rows := map[[2]string]*flagRow{}
	forEachFlag(root, "", func(path string, f *pflag.Flag) {
		if f.Name == "help" || f.Name == "version" || f.Hidden || strings.HasPrefix(path, "completion") {
			return
		}
		row := newFlagRow(f)
		key := [2]string{row.name, row.usage}
		if rows[key] == nil {
			rows[key] = row
		}
		rows[key].commands = append(rows[key].commands, path)
	})
	sorted := make([]*flagRow, 0, len(rows))
	for _, row := range rows {
		sorted = append(sorted, row)
	}
	slices.SortFunc(sorted, func(a, b *flagRow) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.usage, b.usage))
	})
	families := familiesOf(root)
	var table strings.Builder
	table.WriteString("\n| flag | of | what it says |\n|---|---|---|\n")
	for _, row := range sorted {
		fmt.Fprintf(&table, "| %s | %s | %s |\n", row.name, strings.Join(collapse(row.commands, families), ", "),
			strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`).Replace(row.usage))
	}
	return table.String() + "\n"
}

// valueNames name the values of flags that do not name them, by pflag's name of
// their type.
var valueNames = map[string]string{
	"string": "VALUE", "strings": "VALUE", "stringArray": "VALUE", "int": "N", "float": "N", "duration": "DURATION",
}

func newFlagRow(f *pflag.Flag) *flagRow {
	value, usage := pflag.UnquoteUsage(f)
	name := "--" + f.Name
	if value != "" {
		name += " " + cmp.Or(valueNames[value], value)
	}
	name = "`" + name + "`"
	if f.Shorthand != "" {
		name += ", `-" + f.Shorthand + "`"
	}
	if f.DefValue != "" && !slices.Contains([]string{"0", "0s", "false", "true", "[]"}, f.DefValue) {
		usage += fmt.Sprintf(" (%s)", f.DefValue)
	}
	return &flagRow{name: name, usage: usage}
}

// familiesOf returns the commands below each command that has any, by its name.
func familiesOf(root *cobra.Command) map[string][]string {
	families := map[string][]string{}
	for _, family := range root.Commands() {
		for _, command := range family.Commands() {
			path := strings.TrimPrefix(command.CommandPath(), root.Name()+" ")
			if !command.HasSubCommands() {
				families[family.Name()] = append(families[family.Name()], path)
			}
			for _, child := range command.Commands() {
				families[family.Name()] = append(families[family.Name()], path+" "+child.Name())
			}
		}
	}
	return families
}

// collapse replaces a whole family of commands by its name.
func collapse(commands []string, families map[string][]string) []string {
	var names []string
	for _, command := range commands {
		family, _, below := strings.Cut(command, " ")
		isWhole := below && !slices.ContainsFunc(families[family], func(member string) bool {
			return !slices.Contains(commands, member)
		})
		if isWhole {
			command = family + " …"
		}
		if name := "`" + command + "`"; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
