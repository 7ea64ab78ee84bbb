package ui

import (
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"path"
	"strings"
	"sync"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
)

// Script returns the page's script: app.js with all modules that it imports. It
// keeps them where those of LateScripts find them.
var Script = sync.OnceValue(func() string { return mainBundle().String() })

var mainBundle = sync.OnceValue(func() *bundle {
	b := newBundle("[]")
	b.WriteString("globalThis.aureaModules = modules;\n")
	b.add("app.js", mustRead("app.js"))
	return b
})

// LateScreens are the screens whose scripts are loaded when they are first shown.
var LateScreens = []string{"compare", "new", "trend"}

// LateScripts returns the scripts of LateScreens by their names. Each has the
// modules that the page's script lacks, and exports the screen.
var LateScripts = sync.OnceValue(func() map[string]string {
	scripts := map[string]string{}
	for _, screen := range LateScreens {
		b := newBundle("[...globalThis.aureaModules]")
		b.numbers = maps.Clone(mainBundle().numbers)
		name := "screens/" + screen + "/index.js"
		b.add(name, mustRead(name))
		fmt.Fprintf(b, "export const { screen } = modules[%d];\n", b.numbers[name])
		scripts["screens/"+screen+".js"] = b.String()
	}
	return scripts
})

// Style returns the page's style sheet: that of the charts, then base.css, then
// those of the screens by name.
var Style = sync.OnceValue(func() string {
	sheets, err := fs.Glob(Files, "css/screen-*.css")
	if err != nil {
		panic("ui: " + err.Error()) // the pattern is right
	}
	var style strings.Builder
	for _, sheet := range append([]string{"charts/charts.css", "css/base.css"}, sheets...) {
		for line := range strings.Lines(mustRead(sheet)) {
			style.WriteString(strings.TrimLeft(line, " \t"))
		}
	}
	return style.String()
})

// Bundle returns a module with all embedded modules that it imports, as one
// script without imports. name is where the module would be among Files. Bundle
// panics if an imported module does not exist.
func Bundle(name, source string) string {
	b := newBundle("[]")
	b.add(name, source)
	return b.String()
}

// newBundle returns a bundle that begins with some modules.
func newBundle(modules string) *bundle {
	b := &bundle{numbers: map[string]int{}}
	b.WriteString("\"use strict\";\nconst modules = " + modules + ";\n")
	return b
}

// A bundle joins modules into one script, each after those that it imports. A
// module becomes a function that returns its exports, so its other names stay
// its own. It has a number, which takes fewer bytes than its name. The modules
// keep to one form: an import is a line of its own and names what it imports; a
// declaration is exported where it stands.
type bundle struct {
	strings.Builder
	numbers map[string]int // of the modules that are there
}

var (
	importLine = lazyregexp.New(`^import (\{[^}]*\}) from "(\.{1,2}/[\w./-]+\.js)";$`)
	exportLine = lazyregexp.New(`^export ((?:async )?(?:function|const|class)\*? ([\w$]+).*)$`)
)

// add adds a module by its path, after what it imports, unless it is there.
func (b *bundle) add(name, source string) {
	var body strings.Builder
	var exports []string
	for line := range codeLines(source) {
		if match := importLine().FindStringSubmatch(line); match != nil {
			file := path.Join(path.Dir(name), match[2])
			if _, there := b.numbers[file]; !there {
				b.add(file, mustRead(file))
			}
			line = fmt.Sprintf("const %s = modules[%d];", strings.ReplaceAll(match[1], " as ", ": "), b.numbers[file])
		} else if match := exportLine().FindStringSubmatch(line); match != nil {
			exports = append(exports, match[2])
			line = match[1]
		}
		body.WriteString(line + "\n")
	}
	number := len(b.numbers)
	b.numbers[name] = number
	fmt.Fprintf(b, "modules[%d] = (() => {\n%sreturn { %s };\n})();\n", number, &body, strings.Join(exports, ", "))
}

// codeLines yields the lines of a module without comments and margins, which
// are a quarter of the bytes. Texts over several lines have neither. A comment
// is on lines of its own, or behind code with no quote in it.
func codeLines(source string) iter.Seq[string] {
	return func(yield func(string) bool) {
		inBlock := false
		for line := range strings.Lines(source) {
			line = strings.Trim(line, " \t\n")
			_, behind, ends := strings.Cut(line, "*/")
			if inBlock || strings.HasPrefix(line, "/**") && behind == "" {
				inBlock = !ends
				continue
			}
			if strings.HasPrefix(line, "//") {
				continue
			}
			code, comment, found := strings.Cut(line, " // ")
			if found && !strings.ContainsAny(comment, "\"'`") {
				line = strings.TrimRight(code, " \t")
			}
			if !yield(line) {
				return
			}
		}
	}
}

// mustRead returns the content of an embedded file.
func mustRead(name string) string {
	content, err := fs.ReadFile(Files, name)
	if err != nil {
		panic("ui: " + err.Error())
	}
	return string(content)
}
