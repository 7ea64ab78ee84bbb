package importer

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// A harFile is what import reads of a HAR, the archive of a browser's network
// panel (HAR 1.2).
type harFile struct {
	Log *struct {
		Entries []harEntry `json:"entries"`
	} `json:"log"`
}

// A harEntry is a request, and where it begins in the file.
type harEntry struct {
	Request *harRequest `json:"request"`
}

type harRequest struct {
	Method   string    `json:"method"`
	URL      string    `json:"url"`
	Headers  []harPair `json:"headers"`
	PostData *struct {
		MimeType string    `json:"mimeType"`
		Text     *string   `json:"text"`
		Encoding string    `json:"encoding"`
		Params   []harPair `json:"params"`
	} `json:"postData"`
}

type harPair struct {
	Name        string `json:"name"`
	Value       string `json:"value"`
	FileName    string `json:"fileName"`
	ContentType string `json:"contentType"`
}

// HAR reads the requests of a browser's HAR. Those that wanted does not want, and
// those that are not of http, are left out; left says how many of the latter.
func HAR(text string, wanted func(url string) bool) (requests []Request, left int, err error) {
	text = strings.TrimPrefix(text, "\ufeff")
	var file harFile
	if err := decodeJSON(text, &file); err != nil {
		return nil, 0, err
	}
	if file.Log == nil {
		return nil, 0, errorAt(text, 0, "is no HAR, which has a member log with entries")
	}
	for i, entry := range file.Log.Entries {
		if entry.Request == nil {
			return nil, 0, &LocationError{fmt.Sprintf("log.entries[%d]", i), "has no request"}
		}
		scheme, _, _ := strings.Cut(entry.Request.URL, ":")
		if scheme != "http" && scheme != "https" {
			left++
			continue
		}
		if !wanted(entry.Request.URL) {
			continue
		}
		r, wrong := entry.Request.convert()
		if wrong != nil {
			wrong.Location = fmt.Sprintf("log.entries[%d].request.%s", i, wrong.Location)
			return nil, 0, wrong
		}
		requests = append(requests, r)
	}
	return requests, left, nil
}

// decodeJSON decodes JSON. The error has the line and column of what is wrong.
func decodeJSON(text string, value any) error {
	err := json.NewDecoder(strings.NewReader(text)).Decode(value)
	var syntax *json.SyntaxError
	var other *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return errorAt(text, int(syntax.Offset)-1, "is not JSON: %v", syntax)
	case errors.As(err, &other):
		return errorAt(text, int(other.Offset)-1, "%s must be %s; got %s", other.Field, other.Type, other.Value)
	case err != nil:
		return errorAt(text, len(text), "is not JSON: it ends too early")
	}
	return nil
}

// convert returns the request. The location of the error is relative to it.
func (h *harRequest) convert() (Request, *LocationError) {
	u, err := url.Parse(h.URL)
	if err != nil || u.Host == "" {
		return Request{}, &LocationError{"url", fmt.Sprintf("must be a URL; got %q", h.URL)}
	}
	r := Request{Method: h.Method}
	if u.User != nil {
		r.HasUser, r.User = true, u.User.Username()
		r.Password, _ = u.User.Password()
		u.User = nil
	}
	u.Fragment, u.RawFragment = "", ""
	r.URL = u.String()
	if err := h.setContent(&r); err != nil {
		return r, &LocationError{"postData.text", err.Error()}
	}
	for _, header := range h.Headers {
		name := header.Name
		switch {
		case strings.HasPrefix(name, ":"): // of HTTP/2
		case strings.EqualFold(name, "Host") && strings.EqualFold(header.Value, u.Host):
		case r.HasUser && strings.EqualFold(name, "Authorization"):
		default:
			r.addHeader(name, header.Value)
		}
	}
	return r, nil
}

// setContent sets the body.
func (h *harRequest) setContent(r *Request) error {
	data := h.PostData
	switch {
	case data == nil:
	case data.Text != nil && data.Encoding == "base64":
		decoded, err := base64.StdEncoding.DecodeString(*data.Text)
		if err != nil {
			return fmt.Errorf("must be base64: %w", err)
		}
		r.Body = append([]byte{}, decoded...)
	case data.Text != nil && *data.Text != "":
		r.Body = []byte(*data.Text)
	case strings.HasPrefix(data.MimeType, "multipart/"):
		for _, p := range data.Params {
			part := Part{Name: p.Name, Value: p.Value, Type: p.ContentType}
			if p.FileName != "" {
				part.Filename, part.HasFilename = p.FileName, true
				if p.Value == "" {
					r.note("the HAR does not have the content of the file %s", p.FileName)
				}
			}
			r.Parts = append(r.Parts, part)
		}
	case len(data.Params) > 0:
		var form bytes.Buffer
		for i, p := range data.Params {
			if i > 0 {
				form.WriteByte('&')
			}
			form.WriteString(p.Name + "=" + p.Value) // as they were sent
		}
		r.Body = form.Bytes()
	}
	return nil
}
