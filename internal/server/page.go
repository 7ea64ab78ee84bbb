package server

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/server/ui"
)

// pageTypes lists the media types of the page's files by extension. The
// machine's own table must not decide whether a browser accepts a script.
var pageTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// documents maps a path to the document that it shows.
var documents = map[string]string{"/": "index.html", "/docs": "docs.html"}

// A pageFile is a file of the page as it is served.
type pageFile struct {
	mediaType string
	text      []byte
	zipped    func() []byte // compresses the text when it is first called
	etag      string
}

func newPageFile(name, text string) pageFile {
	sum := sha256.Sum256([]byte(text))
	return pageFile{
		mediaType: pageTypes[path.Ext(name)], text: []byte(text), etag: hex.EncodeToString(sum[:8]),
		zipped: sync.OnceValue(func() []byte { return compress([]byte(text)) }),
	}
}

// compress returns a text as gzip, as small as it becomes.
func compress(text []byte) []byte {
	var zipped bytes.Buffer
	w, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression) // the level is right
	_, _ = w.Write(text)                                       // a buffer takes everything
	_ = w.Close()
	return zipped.Bytes()
}

// pageFiles returns the files of the page by path: the documents and what they
// load. A document names each file with its version, so that a browser may keep
// it. The first visitor waits for the first call.
var pageFiles = sync.OnceValue(func() map[string]pageFile {
	files := map[string]pageFile{
		"/ui/app.js": newPageFile("app.js", ui.Script()), "/ui/app.css": newPageFile("app.css", ui.Style()),
	}
	for name, text := range ui.LateScripts() {
		files["/ui/"+name] = newPageFile(name, text)
	}
	for _, name := range []string{"docs.css", "docs.js", "icon.svg"} {
		files["/ui/"+name] = newPageFile(name, readPage(name))
	}
	for address, name := range documents {
		text := readPage(name)
		for loaded, file := range files {
			text = strings.ReplaceAll(text, `"`+loaded+`"`, `"`+loaded+"?v="+file.etag+`"`)
		}
		files[address] = newPageFile(name, text)
	}
	return files
})

// readPage returns the content of an embedded file.
func readPage(name string) string {
	content, err := fs.ReadFile(ui.Files, name)
	if err != nil {
		panic("server: " + err.Error())
	}
	return string(content)
}

// servePage serves the web page (GET /), the API reference (GET /docs) and what
// they load (GET /ui/…).
func servePage(w http.ResponseWriter, r *http.Request) {
	file, known := pageFiles()[r.URL.Path]
	if !known {
		notFound(w, r)
		return
	}
	header := w.Header()
	header.Set("Content-Type", file.mediaType)
	header.Set("Vary", "Accept-Encoding")
	header.Set("Cache-Control", "no-cache") // a new version of the service has its own page
	if r.URL.Query().Get("v") == file.etag {
		header.Set("Cache-Control", "max-age=31536000, immutable")
	}
	content, etag := file.text, file.etag
	if acceptsGzip(r) {
		header.Set("Content-Encoding", "gzip")
		content, etag = file.zipped(), file.etag+"-gzip"
	}
	header.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
