package server

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// A page's files are the embedded ones, byte for byte, and nothing else is
// there. They are open to those without a token: the page asks for it.
func TestPage(t *testing.T) {
	s := New(with(answering(), func(o *Options) { o.Tokens = []string{"secret"} }))
	for path, want := range map[string]struct{ file, contentType string }{
		"/":            {"index.html", "text/html; charset=utf-8"},
		"/docs":        {"docs.html", "text/html; charset=utf-8"},
		"/ui/docs.css": {"docs.css", "text/css; charset=utf-8"},
		"/ui/docs.js":  {"docs.js", "text/javascript; charset=utf-8"},
		"/ui/page.css": {"page.css", "text/css; charset=utf-8"},
		"/ui/page.js":  {"page.js", "text/javascript; charset=utf-8"},
		"/ui/icon.svg": {"icon.svg", "image/svg+xml"},
	} {
		content := pageFile(t, want.file)
		got := ask(t, s, "GET", path, "")
		if got.status != 200 || string(got.body) != content || got.header.Get("Content-Type") != want.contentType {
			t.Errorf("%s: %d, %d bytes of %s, want 200 and the %d of %s as %s",
				path, got.status, len(got.body), got.header.Get("Content-Type"), len(content), want.file, want.contentType)
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
	s := New(with(answering()))
	for _, path := range []string{"/index.html", "/page.js", "/ui/", "/ui/index.html", "/ui/docs", "/docs/", "/ui/page.go", "/ui/Page.js", "/ui/page.js/", "/ui/sub/page.js", "/ui/%2e%2e/page.go", "/ui/%00"} {
		got := ask(t, s, "GET", path, "")
		got.problem(t, 404)
		if got.header.Get("Cache-Control") != "" {
			t.Errorf("%s: the answer has the page's headers", path)
		}
	}
}

// The page obeys the policy that it is sent with: no script, style or handler
// within the document, and nothing from elsewhere.
func TestPageNeedsNothingElse(t *testing.T) {
	for _, rule := range []struct{ file, forbidden string }{
		{"index.html", `(?i)<style`},
		{"index.html", `(?i)<script(?:\s+type="module")?\s*>`},
		{"index.html", `(?i)<script[^>]*>[^<]`},
		{"index.html", `(?i)\s(?:style|on[a-z]+)\s*=`},
		{"index.html", `(?i)javascript:|data:|blob:`},
		{"index.html", `(?i)(?:src|href|action)\s*=\s*"(?:[a-z]+:|//|[^/#"])`},
		{"page.css", `(?i)url\(|@import|expression\(`},
		{"page.js", `(?i)https?://(?:[^w]|w[^w])|\beval\(|Function\(|innerHTML|outerHTML|insertAdjacentHTML|document\.write|setAttribute\("style|createObjectURL`},
		{"icon.svg", `(?i)<script|<style|style=|href|\son[a-z]+=`},
	} {
		if found := regexp.MustCompile(rule.forbidden).FindString(pageFile(t, rule.file)); found != "" {
			t.Errorf("%s has %q", rule.file, found)
		}
	}
}

func pageFile(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("ui", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
