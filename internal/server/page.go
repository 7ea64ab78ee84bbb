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
	"page.css": "text/css; charset=utf-8",
	"page.js":  "text/javascript; charset=utf-8",
	"icon.svg": "image/svg+xml",
}

// page answers GET / with the web page, and GET /ui/{file} with what it loads.
func page() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file := r.PathValue("file")
		contentType, known := pageFiles[file]
		if !known {
			notRouted(w, r)
			return
		}
		if file == "" {
			file = "index.html"
		}
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "no-cache") // a new version of the service has its own page
		http.ServeFileFS(w, r, ui, "ui/"+file)
	})
}
