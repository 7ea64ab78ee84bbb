package server

import (
	"embed"
	"net/http"
)

//go:embed ui
var ui embed.FS

// pageFiles are what makes up the page, each with its type: what the machine's
// own table says of an ending must not decide whether a browser takes a script.
var pageFiles = map[string]string{
	"":         "text/html; charset=utf-8", // GET /
	"docs":     "text/html; charset=utf-8", // GET /docs
	"docs.css": "text/css; charset=utf-8",
	"docs.js":  "text/javascript; charset=utf-8",
	"page.css": "text/css; charset=utf-8",
	"page.js":  "text/javascript; charset=utf-8",
	"icon.svg": "image/svg+xml",
}

// pages are the files of what has an address of its own.
var pages = map[string]string{"": "index.html", "docs": "docs.html"}

// page answers GET / with the web page, GET /docs with the description of the API
// for people, and GET /ui/{file} with what they load.
func page() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file := r.PathValue("file")
		if r.URL.Path == "/docs" {
			file = "docs"
		}
		contentType, known := pageFiles[file]
		if !known || r.URL.Path == "/ui/docs" {
			notRouted(w, r)
			return
		}
		if name := pages[file]; name != "" {
			file = name
		}
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "no-cache") // a new version of the service has its own page
		http.ServeFileFS(w, r, ui, "ui/"+file)
	})
}
