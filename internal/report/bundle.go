package report

import (
	_ "embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
	"github.com/aurea-orchestrator/aurea/internal/server/ui"
)

//go:embed report.js
var reportScript string

// script returns the script of a report with all modules that it imports, as
// one text without imports.
var script = sync.OnceValue(func() string {
	b := bundle{files: ui.Files, done: map[string]bool{}}
	b.WriteString("const modules = {};\n")
	b.add("report.js", reportScript)
	return b.String()
})

// A bundle joins modules into one script, each after those that it imports. A
// module becomes a function that returns its exports, so its other names stay
// its own. The modules keep to one form: an import is a line of its own and
// names what it imports; a declaration is exported where it stands.
type bundle struct {
	strings.Builder
	files fs.FS
	done  map[string]bool
}

var (
	importLine = lazyregexp.New(`(?m)^import (\{[^}]*\}) from "(\./[\w./-]+\.js)";$`)
	exportWord = lazyregexp.New(`(?m)^export ((?:function|const|class) ([\w$]+))`)
)

// add adds a module by its path, with what it imports. It panics on a module
// that is not there: the modules are embedded, and a test bundles them.
func (b *bundle) add(name, source string) {
	if b.done[name] {
		return
	}
	b.done[name] = true
	imported := func(from string) string { return path.Join(path.Dir(name), from) }
	for _, match := range importLine().FindAllStringSubmatch(source, -1) {
		file := imported(match[2])
		content, err := fs.ReadFile(b.files, file)
		if err != nil {
			panic("report: " + err.Error())
		}
		b.add(file, string(content))
	}
	body := importLine().ReplaceAllStringFunc(source, func(line string) string {
		match := importLine().FindStringSubmatch(line)
		return fmt.Sprintf("const %s = modules[%q];", strings.ReplaceAll(match[1], " as ", ": "), imported(match[2]))
	})
	var exports []string
	for _, match := range exportWord().FindAllStringSubmatch(source, -1) {
		exports = append(exports, match[2])
	}
	body = exportWord().ReplaceAllString(body, "$1")
	fmt.Fprintf(b, "modules[%q] = (() => {\n%sreturn { %s };\n})();\n", name, body, strings.Join(exports, ", "))
}
