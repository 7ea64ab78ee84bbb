package server

import (
	"embed"
	"maps"
	"net/http"
	"path"
)

//go:embed ui
var ui embed.FS

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
	entries, err := ui.ReadDir("ui")
	if err != nil {
		panic("server: " + err.Error()) // the folder is embedded
	}
	for _, entry := range entries {
		if name := entry.Name(); path.Ext(name) != ".html" {
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
		http.ServeFileFS(w, r, ui, "ui/"+file)
	})
}
