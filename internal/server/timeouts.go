package server

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// withTimeouts returns a writer that sets a write deadline of writeTimeout for
// each part of the response, and sets a read deadline of bodyTimeout for the
// request's body. Neither limits how long the response takes to compute.
func withTimeouts(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	controller := http.NewResponseController(w)
	if r.ContentLength != 0 && controller.SetReadDeadline(time.Now().Add(bodyTimeout)) == nil {
		r.Body = &timedBody{r.Body, controller}
	}
	return &timedWriter{w, controller, writeTimeout}
}

// A timedBody removes the read deadline at its end: from then on the connection
// is read only to notice that the client is gone.
type timedBody struct {
	io.ReadCloser
	controller *http.ResponseController
}

func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.controller.SetReadDeadline(time.Time{}) // it fails only on a broken connection
	}
	return n, err
}

// A timedWriter sets a write deadline before each write.
type timedWriter struct {
	http.ResponseWriter
	controller *http.ResponseController
	timeout    time.Duration // of each part of the response
}

// Unwrap returns the connection's own writer, for http.ResponseController.
func (w *timedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Write writes a part of the response under a deadline of its own.
func (w *timedWriter) Write(part []byte) (int, error) {
	w.extend()
	return w.ResponseWriter.Write(part)
}

// WriteHeader writes the header under a deadline of its own.
func (w *timedWriter) WriteHeader(status int) {
	w.extend()
	w.ResponseWriter.WriteHeader(status)
}

func (w *timedWriter) extend() {
	// it fails only on a broken connection, as the write will
	_ = w.controller.SetWriteDeadline(time.Now().Add(w.timeout))
}
