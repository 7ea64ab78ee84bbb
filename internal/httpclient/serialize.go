package httpclient

import (
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
)

// userAgent is the default User-Agent.
var userAgent = sync.OnceValue(func() string {
	version := "dev"
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" && build.Main.Version != "(devel)" {
		version, _, _ = strings.Cut(build.Main.Version, "+")
	}
	return "aurea/" + version
})

// serialize returns a request in the format of HTTP/1.1 (RFC 9112): Host first,
// as recommended, then the caller's fields in their order, then the client's
// own. The arguments have been checked.
func serialize(method, requestTarget, host string, header Header, body []byte, keepAlive bool) []byte {
	var b strings.Builder
	line := func(name, value string) { b.WriteString(name + ": " + value + "\r\n") }
	b.WriteString(method + " " + requestTarget + " HTTP/1.1\r\n")
	line(nameOf(header, "Host"), host)
	if _, given := header.Get("User-Agent"); !given {
		line("User-Agent", userAgent())
	}
	for _, f := range header {
		value := strings.Trim(f.Value, " \t")
		switch http.CanonicalHeaderKey(f.Name) {
		case "Host":
			continue
		case "User-Agent":
			if value == "" {
				continue
			}
		case "Connection":
			if !keepAlive {
				continue
			}
		}
		line(f.Name, value)
	}
	if !keepAlive {
		line("Connection", "close")
	}
	wanted := len(body) > 0 || method == "POST" || method == "PUT" || method == "PATCH"
	if _, given := header.Get("Content-Length"); wanted && !given {
		line("Content-Length", strconv.Itoa(len(body)))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return []byte(b.String())
}

// nameOf returns a field's name in the caller's case.
func nameOf(header Header, name string) string {
	for _, f := range header {
		if strings.EqualFold(f.Name, name) {
			return f.Name
		}
	}
	return name
}

// escapeQuery escapes bytes that net/url leaves in a query and that would end
// the request line early.
func escapeQuery(query string) string {
	const hex = "0123456789ABCDEF"
	if !strings.ContainsFunc(query, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return query
	}
	var b strings.Builder
	for i := range len(query) {
		if c := query[i]; c <= ' ' || c >= 0x7f {
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
