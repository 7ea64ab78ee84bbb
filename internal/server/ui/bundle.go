package ui

import (
	"fmt"
	"io/fs"
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
	text := mustRead("charts/charts.css") + mustRead("css/base.css")
	for _, sheet := range sheets {
		text += mustRead(sheet)
	}
	return margin().ReplaceAllString(text, "")
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
	importLine = lazyregexp.New(`(?m)^import (\{[^}]*\}) from "(\.{1,2}/[\w./-]+\.js)";$`)
	// comment matches comments that stand on lines of their own, which are a
	// quarter of the bytes. No text over several lines has such a line.
	comment = lazyregexp.New(`(?m)^[ \t]*(?://.*|/\*\*(?s:.*?)\*/)\n`)
	// trailing matches a comment behind code. No text has such an end.
	trailing   = lazyregexp.New("(?m)[ \t]+// [^\n\"'`]*$")
	margin     = lazyregexp.New(`(?m)^[ \t]+`)
	exportWord = lazyregexp.New(`(?m)^export ((?:async )?(?:function|const|class)\*? ([\w$]+))`)
)

// add adds a module by its path, after what it imports, unless it is there.
func (b *bundle) add(name, source string) {
	imported := func(from string) string { return path.Join(path.Dir(name), from) }
	for _, match := range importLine().FindAllStringSubmatch(source, -1) {
		file := imported(match[2])
		if _, there := b.numbers[file]; !there {
			b.add(file, mustRead(file))
		}
	}
	number := len(b.numbers)
	b.numbers[name] = number
	body := importLine().ReplaceAllStringFunc(compact(source), func(line string) string {
		match := importLine().FindStringSubmatch(line)
		return fmt.Sprintf("const %s = modules[%d];", strings.ReplaceAll(match[1], " as ", ": "),
			b.numbers[imported(match[2])])
	})
	var exports []string
	for _, match := range exportWord().FindAllStringSubmatch(source, -1) {
		exports = append(exports, match[2])
	}
	body = exportWord().ReplaceAllString(body, "$1")
	fmt.Fprintf(b, "modules[%d] = (() => {\n%sreturn { %s };\n})();\n", number, body, strings.Join(exports, ", "))
}

// compact removes comments and margins from a module. Texts over several lines
// have neither.
func compact(source string) string {
	source = comment().ReplaceAllString(source, "")
	return margin().ReplaceAllString(trailing().ReplaceAllString(source, ""), "")
}

// mustRead returns the content of an embedded file.
func mustRead(name string) string {
	content, err := fs.ReadFile(Files, name)
	if err != nil {
		panic("ui: " + err.Error())
	}
	return string(content)
}
