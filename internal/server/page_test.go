package server

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The page's files are the embedded ones, byte for byte, and accessible without
// a token: the page asks for it.
func TestPage(t *testing.T) {
	s := New(newOptions(finishingFake(), func(o *Options) { o.Tokens = []Token{{Secret: "secret"}} }))
	types := map[string]string{".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
		".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	documents := map[string]string{"index.html": "/", "docs.html": "/docs"}
	for _, file := range pageFiles(t, "*.*") {
		path := "/ui/" + file
		if document, ok := documents[file]; ok {
			path = document
		}
		want := struct{ file, contentType string }{file, types[filepath.Ext(file)]}
		content := pageFile(t, want.file)
		got := ask(t, s, "GET", path, "")
		if kind := got.header.Get("Content-Type"); got.status != 200 || kind != want.contentType {
			t.Errorf("%s: %d as %s, want 200 as %s", path, got.status, kind, want.contentType)
		}
		if string(got.body) != content {
			t.Errorf("%s: %d bytes, want the %d bytes of %s", path, len(got.body), len(content), want.file)
		}
		if got.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s may be kept: %q", path, got.header.Get("Cache-Control"))
		}
		if got := ask(t, s, "HEAD", path, ""); got.status != 200 || len(got.body) != 0 {
			t.Errorf("HEAD %s: %d with %d bytes, want 200 with none", path, got.status, len(got.body))
		}
	}
}

func TestPageHasNoMore(t *testing.T) {
	s := New(newOptions(finishingFake()))
	for _, path := range []string{
		"/index.html", "/page.js", "/ui/", "/ui/index.html", "/ui/docs", "/docs/",
		"/ui/page.go", "/ui/Page.js", "/ui/page.js/", "/ui/sub/page.js", "/ui/%2e%2e/page.go", "/ui/%00",
	} {
		got := ask(t, s, "GET", path, "")
		got.problem(t, 404)
		if got.header.Get("Cache-Control") != "" {
			t.Errorf("%s: the answer has the page's headers", path)
		}
	}
}

// The page conforms to its content security policy: no inline script, style or
// handler, and nothing from other hosts.
func TestPageNeedsNothingElse(t *testing.T) {
	for _, rule := range []struct{ files, forbidden string }{
		{"*.html", `(?i)<style`},
		{"*.html", `(?i)<script(?:\s+type="module")?\s*>`},
		{"*.html", `(?i)<script[^>]*>[^<]`},
		{"*.html", `(?i)\s(?:style|on[a-z]+)\s*=`},
		{"*.html", `(?i)javascript:|data:|blob:`},
		{"*.html", `(?i)(?:src|href|action)\s*=\s*"(?:[a-z]+:|//|[^/#"])`},
		{"*.css", `(?i)url\(|@import|expression\(`},
		{"*.js", `(?i)https?://(?:[^w]|w[^w])|\beval\(|Function\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write|setAttribute\("style|createObjectURL`},
		{"*.js", `(?:\bfrom |\bimport\(?)\s*["'](?:[^.]|\.[^/])`},
		{"*.svg", `(?i)<script|<style|style=|href|\son[a-z]+=`},
	} {
		for _, file := range pageFiles(t, rule.files) {
			if found := regexp.MustCompile(rule.forbidden).FindString(pageFile(t, file)); found != "" {
				t.Errorf("%s has %q", file, found)
			}
		}
	}
}

// The page loads every module, and each stays small.
func TestPageModules(t *testing.T) {
	document := pageFile(t, "index.html") + pageFile(t, "docs.html")
	all := document
	for _, file := range pageFiles(t, "*.js") {
		all += pageFile(t, file)
	}
	for _, file := range pageFiles(t, "*.js") {
		if !strings.Contains(all, `"./`+file+`"`) && !strings.Contains(document, `"/ui/`+file+`"`) {
			t.Errorf("the page does not load %s", file)
		}
		if lines := strings.Count(pageFile(t, file), "\n"); lines > 200 {
			t.Errorf("%s has %d lines, which is more than one concept", file, lines)
		}
	}
}

// Modules of the page do not import each other in a circle.
func TestPageModulesAreLayered(t *testing.T) {
	imports := map[string][]string{}
	for _, file := range pageFiles(t, "*.js") {
		imports[file] = nil
		for _, match := range regexp.MustCompile(`from "\./([a-z]+\.js)"`).FindAllStringSubmatch(pageFile(t, file),
			-1) {
			imports[file] = append(imports[file], match[1])
		}
	}
	for before := 0; before != len(imports); {
		before = len(imports)
		maps.DeleteFunc(imports, func(_ string, imported []string) bool {
			return !slices.ContainsFunc(imported, func(file string) bool { _, left := imports[file]; return left })
		})
	}
	if len(imports) > 0 {
		t.Errorf("these modules are in an import cycle or import one that is: %v", imports)
	}
}

// pageFiles returns the names of the page's files that match a pattern.
func pageFiles(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("ui", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no file matches %s: %v", pattern, err)
	}
	for i := range paths {
		paths[i] = filepath.Base(paths[i])
	}
	return slices.DeleteFunc(paths, func(file string) bool { return filepath.Ext(file) == ".go" })
}

func pageFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("ui", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
