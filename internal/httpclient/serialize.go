package httpclient

import (
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
)

// userAgent is who asks, where the caller does not say.
var userAgent = sync.OnceValue(func() string {
	version := "dev"
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" && build.Main.Version != "(devel)" {
		version, _, _ = strings.Cut(build.Main.Version, "+")
	}
	return "aurea/" + version
})

// serialize is a request as HTTP/1.1 writes it (RFC 9112): Host first, as it should
// be, then what the caller gives in its order, then what it leaves to the client.
// What it is given has been checked.
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

// nameOf is a name in the case in which the caller writes it.
func nameOf(header Header, name string) string {
	for _, f := range header {
		if strings.EqualFold(f.Name, name) {
			return f.Name
		}
	}
	return name
}

// escapeQuery escapes what net/url leaves in a query as it was given, and would
// end a request line early.
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
