package server

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// patient gives the client bodyTimeout to send the request's body, and
// writeTimeout to take each part of the answer. Between the two it may wait as
// long as the answer takes.
func patient(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	controller := http.NewResponseController(w)
	if r.ContentLength != 0 && controller.SetReadDeadline(time.Now().Add(bodyTimeout)) == nil {
		r.Body = &patientBody{r.Body, controller}
	}
	return &patientWriter{w, controller, writeTimeout}
}

// A patientBody lifts the deadline when it has been read: from then on the
// connection is read only to notice that the client is gone.
type patientBody struct {
	io.ReadCloser
	controller *http.ResponseController
}

func (b *patientBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.controller.SetReadDeadline(time.Time{}) // a connection that cannot take it has failed
	}
	return n, err
}

type patientWriter struct {
	http.ResponseWriter
	controller *http.ResponseController
	timeout    time.Duration // to take each part of the answer
}

// Unwrap gives http.ResponseController the connection's own writer.
func (w *patientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Write gives the reader its time for this part of the answer.
func (w *patientWriter) Write(part []byte) (int, error) {
	w.extend()
	return w.ResponseWriter.Write(part)
}

// WriteHeader does so for an answer without a body.
func (w *patientWriter) WriteHeader(status int) {
	w.extend()
	w.ResponseWriter.WriteHeader(status)
}

func (w *patientWriter) extend() {
	_ = w.controller.SetWriteDeadline(time.Now().Add(w.timeout)) // a connection that cannot take it has failed, and so will the write
}
