package aurea

import (
	"strings"
	"unicode/utf8"
)

// The limits of a sample. A longer text is cut.
const (
	MaxSample           = 20       // jobs that a spec may ask for
	MaxSampledBody      = 4 << 10  // bytes of a body that are kept
	maxSampledField     = 1 << 10  // bytes of one header field that are kept
	maxSampledFields    = 100      // header fields of a message that are kept
	maxSampledURL       = 4 << 10  // bytes of a URL that are kept
	maxSampledExchanges = 10       // requests of one job that are kept
	maxSampledJob       = 64 << 10 // bytes of one job that are kept; the first request always is
)

// A SampledJob is a job whose requests and responses are kept with the result.
// Secrets are masked in it.
type SampledJob struct {
	Job       int64      `json:"job"`               // its number
	Sampled   bool       `json:"sampled"`           // drawn by the seed; else a failure
	Start     float64    `json:"start"`             // seconds from the run's start
	Duration  float64    `json:"duration"`          // seconds
	Outcome   string     `json:"outcome"`           // ok, failed, timeout or cancelled
	Class     string     `json:"class,omitempty"`   // of its failure
	Error     string     `json:"error,omitempty"`   // why it failed
	Exchanges []Exchange `json:"exchanges"`         // in order; of a failure the one that failed
	Omitted   int64      `json:"omitted,omitempty"` // its further requests, which are not kept
}

// An Exchange is a request and what came back.
type Exchange struct {
	Step     string           `json:"step,omitempty"` // the step or part that sent it
	Method   string           `json:"method"`
	URL      string           `json:"url"`
	Request  SampledMessage   `json:"request"`
	Response *SampledResponse `json:"response,omitempty"` // absent if none was received
	Duration float64          `json:"duration"`           // seconds, with the time to get a connection
	Error    string           `json:"error,omitempty"`    // why there is no whole response
}

// A SampledMessage is the header and the body of a request or a response.
type SampledMessage struct {
	Headers []string `json:"headers"`          // "Name: value", as sent
	Body    string   `json:"body,omitempty"`   // its beginning, if it is text
	Bytes   int64    `json:"bytes"`            // length of the whole body
	Cut     bool     `json:"cut,omitempty"`    // Body is not all of it
	Binary  bool     `json:"binary,omitempty"` // it is not text in UTF-8, and is not kept
}

// A SampledResponse is a response with its status.
type SampledResponse struct {
	Status int `json:"status"`
	SampledMessage
}

// NewSampledMessage returns a message. kept is the beginning of a body of so many
// bytes. It takes what the limits allow and copies it; secrets are not masked.
func NewSampledMessage(headers []string, kept []byte, bytes int64) SampledMessage {
	m := SampledMessage{Headers: []string{}, Bytes: bytes}
	for _, field := range headers[:min(len(headers), maxSampledFields)] {
		m.Headers = append(m.Headers, cutText(field, maxSampledField))
	}
	if more := len(headers) - maxSampledFields; more > 0 {
		m.Headers = append(m.Headers, "…")
	}
	body := kept[:min(len(kept), MaxSampledBody)]
	if m.Cut = int64(len(body)) < bytes; m.Cut {
		body = withoutCutRune(body)
	}
	if m.Binary = !utf8.Valid(body); !m.Binary {
		m.Body = string(body)
	}
	m.Cut = m.Cut && !m.Binary
	return m
}

// withoutCutRune returns the beginning of a longer text without the rune that it
// was cut in, if it was.
func withoutCutRune(text []byte) []byte {
	for back := 1; back <= min(len(text), utf8.UTFMax-1); back++ {
		start := len(text) - back
		if !utf8.RuneStart(text[start]) {
			continue
		}
		if !utf8.FullRune(text[start:]) {
			return text[:start]
		}
		break
	}
	return text
}

// cutText returns at most n bytes of a text, with an ellipsis if more are left
// out.
func cutText(text string, n int) string {
	if len(text) > n {
		text = string(withoutCutRune([]byte(text[:n]))) + "…"
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// size returns about how many bytes the exchange takes.
func (e Exchange) size() int {
	size := len(e.URL) + e.Request.size()
	if e.Response != nil {
		size += e.Response.size()
	}
	return size
}

func (m SampledMessage) size() int {
	size := len(m.Body)
	for _, field := range m.Headers {
		size += len(field)
	}
	return size
}

// Add adds an exchange, or counts it if the job has no room for it. The exchange
// is masked.
func (j *SampledJob) Add(e Exchange, secrets Secrets) {
	size := e.size()
	for _, before := range j.Exchanges {
		size += before.size()
	}
	if len(j.Exchanges) > 0 && (size > maxSampledJob || len(j.Exchanges) == maxSampledExchanges) {
		j.Omitted++
		return
	}
	e.URL = cutText(e.URL, maxSampledURL)
	j.Exchanges = append(j.Exchanges, e.Mask(secrets))
}
