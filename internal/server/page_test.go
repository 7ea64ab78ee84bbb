package server

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aurea-orchestrator/aurea/internal/server/ui"
)

// The files that the documents load are accessible without a token: the page asks
// for it. Each is embedded byte for byte, but the bundles. A module is in a bundle,
// and has no address of its own.
func TestPage(t *testing.T) {
	s := New(newOptions(finishingFake(), func(o *Options) { o.Tokens = []Token{{Secret: "secret"}} }))
	types := map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	}
	documents := pageContent(t, "docs.html") + pageContent(t, "index.html")
	for _, match := range loadedFile.FindAllStringSubmatch(documents, -1) {
		path := match[1]
		got := ask(t, s, "GET", path, "")
		if kind, want := got.header.Get("Content-Type"), types[filepath.Ext(path)]; got.status != 200 || kind != want {
			t.Errorf("%s: %d as %s, want 200 as %s", path, got.status, kind, want)
		}
		file := strings.TrimPrefix(path, "/ui/")
		bundle := strings.HasPrefix(file, "app.") || strings.HasPrefix(file, "screens/")
		if !bundle && string(got.body) != pageContent(t, file) {
			t.Errorf("%s: %d bytes, want those of the file", path, len(got.body))
		}
		if got.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s may be kept: %q", path, got.header.Get("Cache-Control"))
		}
		if got := ask(t, s, "HEAD", path, ""); got.status != 200 || len(got.body) != 0 {
			t.Errorf("HEAD %s: %d with %d bytes, want 200 with none", path, got.status, len(got.body))
		}
	}
	for _, file := range pageNames(t, "css", "js") {
		path := "/ui/" + file
		if got := ask(t, s, "GET", path, ""); got.status == 200 && !strings.Contains(documents, `"`+path+`"`) {
			t.Errorf("%s is served, and no document loads it", path)
		}
	}
}

var loadedFile = regexp.MustCompile(`"(/ui/[^"]+)"`)

// A document names the versions of what it loads, which may then be kept; the
// document itself is asked for again, and not sent again.
func TestPageVersions(t *testing.T) {
	s := New(newOptions(finishingFake()))
	for _, path := range []string{"/", "/docs"} {
		document := ask(t, s, "GET", path, "")
		if got := document.header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s may be kept: %q", path, got)
		}
		loaded := loadedFile.FindAllStringSubmatch(string(document.body), -1)
		if len(loaded) < 3 {
			t.Errorf("%s loads %d files, want an icon, a style and a script", path, len(loaded))
		}
		for _, match := range loaded {
			got := ask(t, s, "GET", match[1], "")
			if kept := got.header.Get("Cache-Control"); got.status != 200 || kept != "max-age=31536000, immutable" {
				t.Errorf("%s of %s: %d, kept by %q", match[1], path, got.status, kept)
			}
		}
		again := ask(t, s, "GET", path, "", "If-None-Match: "+document.header.Get("ETag"))
		if again.status != 304 || len(again.body) != 0 {
			t.Errorf("%s again: %d with %d bytes, want 304 with none", path, again.status, len(again.body))
		}
	}
}

// Files are compressed for those who accept it.
func TestPageIsCompressed(t *testing.T) {
	s := New(newOptions(finishingFake()))
	plain := ask(t, s, "GET", "/ui/app.js", "")
	for accepted, want := range map[string]string{
		"": "", "br": "", "gzip": "gzip", "deflate, GZIP;q=0.5": "gzip", "gzip;q=0": "", "gzip; q=0.0": "",
	} {
		got := ask(t, s, "GET", "/ui/app.js", "", "Accept-Encoding: "+accepted)
		if encoding := got.header.Get("Content-Encoding"); encoding != want {
			t.Errorf("Accept-Encoding %q: %q, want %q", accepted, encoding, want)
		}
		if want == "" {
			continue
		}
		unzipped, err := gzip.NewReader(bytes.NewReader(got.body))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(unzipped); err != nil || !bytes.Equal(text, plain.body) {
			t.Errorf("%d bytes are unzipped to %d (%v), want %d", len(got.body), len(text), err, len(plain.body))
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
		{"html", `(?i)<style`},
		{"html", `(?i)<script(?:\s+type="module")?\s*>`},
		{"html", `(?i)<script[^>]*>[^<]`},
		{"html", `(?i)\s(?:style|on[a-z]+)\s*=`},
		{"html", `(?i)javascript:|data:|blob:`},
		{"html", `(?i)(?:src|href|action)\s*=\s*"(?:[a-z]+:|//|[^/#"])`},
		{"css", `(?i)url\(|@import|expression\(`},
		{"js", `(?i)https?://(?:[^w]|w[^w])|\beval\(|Function\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write|setAttribute\("style|createObjectURL`},
		{"js", `(?:\bfrom |\bimport\(?)\s*["'](?:[^.]|\.[^./])`},
		{"svg", `(?i)<script|<style|style=|href|\son[a-z]+=`},
	} {
		for _, file := range pageNames(t, rule.files) {
			if found := regexp.MustCompile(rule.forbidden).FindString(pageContent(t, file)); found != "" {
				t.Errorf("%s has %q", file, found)
			}
		}
	}
}

// The page or a report loads every module, and each stays small.
func TestPageModules(t *testing.T) {
	all := pageContent(t, "docs.html") + pageContent(t, "index.html")
	loaded := map[string]bool{}
	for _, screen := range ui.LateScreens {
		loaded["screens/"+screen+"/index.js"] = true
	}
	for _, file := range pageNames(t, "js") {
		for _, match := range imported.FindAllStringSubmatch(pageContent(t, file), -1) {
			loaded[path.Join(path.Dir(file), match[1])] = true
		}
	}
	for _, file := range pageNames(t, "js") {
		if !loaded[file] && !strings.Contains(all, `"/ui/`+file+`"`) {
			t.Errorf("the page does not load %s", file)
		}
		if lines := strings.Count(pageContent(t, file), "\n"); lines > 200 {
			t.Errorf("%s has %d lines, which is more than one concept", file, lines)
		}
	}
}

var imported = regexp.MustCompile(`from "(\.{1,2}/[\w./-]+\.js)"`)

// Modules import from their own folder and from those before it. The charts stay
// small enough to be our own.
func TestPageFolders(t *testing.T) {
	folders := []string{"core", "charts", "figures", "screens", "."}
	rank := func(file string) int {
		folder, _, nested := strings.Cut(file, "/")
		if !nested {
			folder = "."
		}
		return slices.Index(folders, folder)
	}
	charts := 0
	for _, file := range pageNames(t, "js") {
		if rank(file) < 0 {
			t.Errorf("%s is in none of the folders %q", file, folders)
		}
		if strings.HasPrefix(file, "charts/") {
			charts += strings.Count(pageContent(t, file), "\n")
		}
		for _, match := range imported.FindAllStringSubmatch(pageContent(t, file), -1) {
			if other := path.Join(path.Dir(file), match[1]); rank(other) > rank(file) {
				t.Errorf("%s imports %s", file, other)
			}
		}
	}
	if charts > 700 {
		t.Errorf("the charts have %d lines, want at most 700", charts)
	}
}

// Modules of the page do not import each other in a circle.
func TestPageModulesAreLayered(t *testing.T) {
	imports := map[string][]string{}
	for _, file := range pageNames(t, "js") {
		imports[file] = nil
		for _, match := range imported.FindAllStringSubmatch(pageContent(t, file), -1) {
			imports[file] = append(imports[file], path.Join(path.Dir(file), match[1]))
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

// pageNames returns the names of the page's files with one of the extensions.
func pageNames(t *testing.T, extensions ...string) (names []string) {
	t.Helper()
	err := fs.WalkDir(ui.Files, ".", func(name string, _ fs.DirEntry, err error) error {
		if slices.Contains(extensions, strings.TrimPrefix(path.Ext(name), ".")) {
			names = append(names, name)
		}
		return err
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("there are no files with the extensions %q: %v", extensions, err)
	}
	return names
}

func pageContent(t *testing.T, name string) string {
	t.Helper()
	content, err := fs.ReadFile(ui.Files, name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
