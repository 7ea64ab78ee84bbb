package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A logParser parses lines of an access log. It keeps the time that it has read
// last, which many lines share.
type logParser struct {
	text string
	at   time.Time
}

// clfTime is the form of times in the common format.
const clfTime = "02/Jan/2006:15:04:05 -0700"

// parse parses a line. The error is the end of a sentence about it.
func (p *logParser) parse(line []byte) (logLine, error) {
	if line[0] == '{' {
		return parseJSONLine(line)
	}
	const form = `must be a line of an access log such as ` +
		`127.0.0.1 - - [30/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 15`
	_, rest, found := bytes.Cut(line, []byte(" ["))
	when, rest, closed := bytes.Cut(rest, []byte("] \""))
	if !found || !closed {
		return logLine{}, errors.New(form)
	}
	if string(when) != p.text {
		at, err := time.Parse(clfTime, string(when))
		if err != nil {
			return logLine{}, fmt.Errorf("has the time %q; it must be one such as 30/Nov/2026:10:00:00 +0000",
				clip(when))
		}
		p.text, p.at = string(when), at
	}
	request, rest, closed := cutQuoted(rest)
	if !closed {
		return logLine{}, errors.New(form)
	}
	read := logLine{at: p.at}
	if !read.setRequest(request) {
		return logLine{}, fmt.Errorf("has the request %q, which is none of HTTP", clip(request))
	}
	status, _, _ := bytes.Cut(bytes.TrimLeft(rest, " "), []byte(" "))
	read.status = statusOf(string(status))
	return read, nil
}

// setRequest sets method and target of a request line such as GET / HTTP/1.1.
func (l *logLine) setRequest(request []byte) bool {
	method, target, found := bytes.Cut(request, []byte(" "))
	if i := bytes.LastIndex(target, []byte(" HTTP/")); i >= 0 {
		target = target[:i]
	}
	l.method, l.target = method, target
	return found && len(method) > 0 && len(target) > 0
}

// statusOf returns a status; 0 if the text is none.
func statusOf(text string) int {
	status, err := strconv.Atoi(text)
	if err != nil || status < 100 || status > 599 {
		return 0
	}
	return status
}

// cutQuoted cuts a text behind its opening quotation mark, and takes back what
// nginx and Apache write for bytes that could end it: \x22, \" and \\.
func cutQuoted(text []byte) (inner, rest []byte, found bool) {
	escaped := false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			escaped = true
			i++
		case '"':
			if inner = text[:i]; escaped {
				inner = unescapeLog(inner)
			}
			return inner, text[i+1:], true
		}
	}
	return nil, nil, false
}

// unescapeLog takes back escapes of a log.
func unescapeLog(text []byte) []byte {
	plain := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			plain = append(plain, text[i])
			continue
		}
		i++
		switch c := text[i]; c {
		case 'n':
			plain = append(plain, '\n')
		case 't':
			plain = append(plain, '\t')
		case 'r':
			plain = append(plain, '\r')
		case 'x':
			if i+2 < len(text) {
				if b, err := strconv.ParseUint(string(text[i+1:i+3]), 16, 8); err == nil {
					plain = append(plain, byte(b))
					i += 2
					continue
				}
			}
			plain = append(plain, '\\', 'x')
		default:
			plain = append(plain, c)
		}
	}
	return plain
}

// sentTarget returns the target of a request as it is sent. What a URL cannot have
// is percent-encoded.
func sentTarget(target string) (string, error) {
	if scheme, _, absolute := strings.Cut(target, "://"); absolute && (scheme == "http" || scheme == "https") {
		u, err := url.Parse(target)
		if err != nil {
			return "", fmt.Errorf("asks for %q, which is no URL", clip([]byte(target)))
		}
		target = u.RequestURI()
	}
	if !strings.HasPrefix(target, "/") {
		return "", fmt.Errorf("asks for %q, which is no path", clip([]byte(target)))
	}
	u, err := url.Parse("http://h" + encodeTarget(target))
	if err != nil {
		return "", fmt.Errorf("asks for %q, which is no path of a URL", clip([]byte(target)))
	}
	if len(target) > 8000 {
		return "", errors.New("asks for a path of more than 8000 bytes")
	}
	return u.RequestURI(), nil
}

// encodeTarget percent-encodes bytes that no target has.
func encodeTarget(target string) string {
	const never = "\"<>\\^`{|}#"
	wrong := func(c byte) bool { return c <= ' ' || c >= 0x7f || strings.IndexByte(never, c) >= 0 }
	var encoded strings.Builder
	for i := range len(target) {
		if c := target[i]; wrong(c) {
			fmt.Fprintf(&encoded, "%%%02X", c)
		} else {
			encoded.WriteByte(c)
		}
	}
	return encoded.String()
}

// clip cuts a text for an error.
func clip(text []byte) []byte { return text[:min(len(text), 60)] }

// The usual names of members in logs of JSON lines, of nginx, Caddy, Traefik,
// Envoy and log shippers.
var (
	logTimes = []string{"time", "timestamp", "@timestamp", "ts", "time_iso8601", "time_local", "msec", "StartUTC",
		"start_time"}
	logMethods  = []string{"method", "request_method", "RequestMethod", "verb", "http_method"}
	logTargets  = []string{"request_uri", "uri", "RequestPath", "path", "url", "target"}
	logStatuses = []string{"status", "status_code", "DownstreamStatus", "response_code", "code"}
)

// parseJSONLine parses an object with the usual names.
func parseJSONLine(line []byte) (read logLine, err error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return read, errors.New("is not a JSON object")
	}
	if read.at, err = logTime(member(object, logTimes)); err != nil {
		return read, err
	}
	read.status = statusOf(fmt.Sprint(member(object, logStatuses)))
	switch request := object["request"].(type) {
	case string:
		if !read.setRequest([]byte(request)) {
			return read, fmt.Errorf("has the request %q, which is none of HTTP", clip([]byte(request)))
		}
		return read, nil
	case map[string]any:
		object = request
	}
	method, _ := member(object, logMethods).(string)
	target, _ := member(object, logTargets).(string)
	if target == "" {
		return read, fmt.Errorf("has no request: it must have one of %s, or request", strings.Join(logTargets, ", "))
	}
	if method == "" {
		return read, fmt.Errorf("has no method: it must have one of %s, or request", strings.Join(logMethods, ", "))
	}
	read.method, read.target = []byte(method), []byte(target)
	return read, nil
}

// member returns the first of several members that there is; nil if there is none.
func member(object map[string]any, names []string) any {
	for _, name := range names {
		if value := object[name]; value != nil {
			return value
		}
	}
	return nil
}

// logTime reads a time: a text, or seconds or milliseconds since 1970.
func logTime(value any) (time.Time, error) {
	text := fmt.Sprint(value)
	if value == nil {
		return time.Time{}, fmt.Errorf("has no time: it must have one of %s", strings.Join(logTimes, ", "))
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds >= 0 && seconds < 1e14 {
		if seconds > 1e11 {
			seconds /= 1000
		}
		return time.UnixMicro(int64(math.Round(seconds * 1e6))), nil
	}
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999-0700", clfTime, time.DateTime} {
		if at, err := time.Parse(form, text); err == nil && at.Year() >= 1970 && at.Year() < 2200 {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("has the time %q; it must be one such as 2026-11-30T10:00:00Z, "+
		"or seconds since 1970", clip([]byte(text)))
}
