package server

import (
	"embed"
	"net/http"
)

//go:embed ui
var ui embed.FS

// page answers GET / with the web page.
func page() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeFileFS(w, r, ui, "ui/index.html")
	})
}
