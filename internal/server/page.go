package server

import (
	"io/fs"
	"maps"
	"net/http"
	"path"

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

// pages maps a path to the document it shows.
var pages = map[string]string{"/": "index.html", "/docs": "docs.html"}

// pageHandler returns the handler of the web page (GET /), the API reference
// (GET /docs) and every other file of the folder, which they load (GET
// /ui/{file}).
func pageHandler() http.Handler {
	files := maps.Clone(pages)
	names, err := fs.Glob(ui.Files, "*.*")
	if err != nil {
		panic("server: " + err.Error()) // the pattern is right
	}
	for _, name := range names {
		if path.Ext(name) != ".html" {
			files["/ui/"+name] = name
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, known := files[r.URL.Path]
		if !known {
			notFound(w, r)
			return
		}
		w.Header().Set("Content-Type", pageTypes[path.Ext(file)])
		w.Header().Set("Cache-Control", "no-cache") // a new version of the service has its own page
		http.ServeFileFS(w, r, ui.Files, file)
	})
}
