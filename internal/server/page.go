package server

import (
	"embed"
	"maps"
	"net/http"
	"path"
)

//go:embed ui
var ui embed.FS

// pageTypes are the types of the page's files, by their endings: what the
// machine's own table says of an ending must not decide whether a browser takes
// a script.
var pageTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// pages are the files of what has an address of its own.
var pages = map[string]string{"/": "index.html", "/docs": "docs.html"}

// page answers GET / with the web page, GET /docs with the description of the API
// for people, and GET /ui/{file} with what they load: every other file of the
// folder.
func page() http.Handler {
	files := maps.Clone(pages)
	entries, err := ui.ReadDir("ui")
	if err != nil {
		panic("server: " + err.Error()) // it is embedded
	}
	for _, entry := range entries {
		if name := entry.Name(); path.Ext(name) != ".html" {
			files["/ui/"+name] = name
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, known := files[r.URL.Path]
		if !known {
			notRouted(w, r)
			return
		}
		w.Header().Set("Content-Type", pageTypes[path.Ext(file)])
		w.Header().Set("Cache-Control", "no-cache") // a new version of the service has its own page
		http.ServeFileFS(w, r, ui, "ui/"+file)
	})
}
