package ui

import (
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
)

// Script returns the page's script: app.js with all modules that it imports.
var Script = sync.OnceValue(func() string { return Bundle("app.js", mustRead("app.js")) })

// Style returns the page's style sheet: that of the charts, then base.css, then
// those of the screens by name.
var Style = sync.OnceValue(func() string {
	sheets, err := fs.Glob(Files, "css/screen-*.css")
	if err != nil {
		panic("ui: " + err.Error()) // the pattern is right
	}
	text := mustRead("charts/charts.css") + mustRead("css/base.css")
	for _, sheet := range sheets {
		text += mustRead(sheet)
	}
	return text
})

// Bundle returns a module with all embedded modules that it imports, as one
// script without imports. name is where the module would be among Files. Bundle
// panics if an imported module does not exist.
func Bundle(name, source string) string {
	b := bundle{done: map[string]bool{}}
	b.WriteString("\"use strict\";\nconst modules = {};\n")
	b.add(name, source)
	return b.String()
}

// A bundle joins modules into one script, each after those that it imports. A
// module becomes a function that returns its exports, so its other names stay
// its own. The modules keep to one form: an import is a line of its own and
// names what it imports; a declaration is exported where it stands.
type bundle struct {
	strings.Builder
	done map[string]bool
}

var (
	importLine = lazyregexp.New(`(?m)^import (\{[^}]*\}) from "(\.{1,2}/[\w./-]+\.js)";$`)
	// comment matches comments that stand on lines of their own, which are a
	// quarter of the bytes. No text over several lines has such a line.
	comment    = lazyregexp.New(`(?m)^[ \t]*(?://.*|/\*\*(?s:.*?)\*/)\n`)
	exportWord = lazyregexp.New(`(?m)^export ((?:async )?(?:function|const|class)\*? ([\w$]+))`)
)

// add adds a module by its path, after what it imports.
func (b *bundle) add(name, source string) {
	if b.done[name] {
		return
	}
	b.done[name] = true
	imported := func(from string) string { return path.Join(path.Dir(name), from) }
	for _, match := range importLine().FindAllStringSubmatch(source, -1) {
		file := imported(match[2])
		b.add(file, mustRead(file))
	}
	body := importLine().ReplaceAllStringFunc(comment().ReplaceAllString(source, ""), func(line string) string {
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

// mustRead returns the content of an embedded file.
func mustRead(name string) string {
	content, err := fs.ReadFile(Files, name)
	if err != nil {
		panic("ui: " + err.Error())
	}
	return string(content)
}
