package importer

import (
	"net/url"
	"path"
	"slices"
	"strings"
)

// ReadFile reads a file that the input names.
type ReadFile func(name string) ([]byte, error)

// Curl reads command lines of curl, as a shell reads them. Files that belong into
// the request, such as certificates, are read.
func Curl(text string, read ReadFile) ([]Request, error) {
	commands, err := shellCommands(text)
	if err != nil {
		return nil, err
	}
	var requests []Request
	for _, words := range commands {
		if name := words[0]; name.text != "curl" && path.Base(name.text) != "curl" {
			return nil, errorAt(text, name.offset, "must begin with curl; got %q", name.text)
		}
		for _, words := range splitWords(words[1:], "--next", "-:") {
			c := curlCommand{text: text, read: read}
			r, err := c.request(words, commandOffset(words, text))
			if err != nil {
				return nil, err
			}
			requests = append(requests, r...)
		}
	}
	return requests, nil
}

// splitWords splits words at separators.
func splitWords(words []word, separators ...string) (groups [][]word) {
	for {
		i := slices.IndexFunc(words, func(w word) bool { return slices.Contains(separators, w.text) })
		if i < 0 {
			return append(groups, words)
		}
		groups, words = append(groups, words[:i]), words[i+1:]
	}
}

func commandOffset(words []word, text string) int {
	if len(words) == 0 {
		return len(text)
	}
	return words[0].offset
}

// A curlCommand is one command line while it is read.
type curlCommand struct {
	text string
	read ReadFile
	r    Request
	urls []word

	data                    [][]byte
	dataFile                string // of a single --data-binary @FILE
	json, get, head, upload bool
	noGlob, compressed      bool
	removed                 []string // default headers that are not sent
	cookies                 []string
	bearer, agent, referer  *string
	method                  string
}

// request returns the requests of a command line, one for each URL.
func (c *curlCommand) request(words []word, offset int) ([]Request, error) {
	if err := c.readFlags(words); err != nil {
		return nil, err
	}
	if len(c.urls) == 0 {
		return nil, errorAt(c.text, offset, "has no URL")
	}
	if c.r.Parts != nil && (c.data != nil || c.dataFile != "") {
		return nil, errorAt(c.text, offset, "has both data (-d) and a form (-F), and curl sends only one of them")
	}
	c.assemble()
	var requests []Request
	for _, u := range c.urls {
		r := c.r
		r.Headers = slices.Clone(c.r.Headers)
		if err := c.setURL(&r, u); err != nil {
			return nil, err
		}
		requests = append(requests, r)
	}
	return requests, nil
}

// assemble makes the content and the headers of what the flags have said, as curl
// does.
func (c *curlCommand) assemble() {
	r := &c.r
	given := r.Headers
	r.Headers = nil
	hasOwn := func(name string) bool {
		return slices.ContainsFunc(given, func(f Field) bool { return strings.EqualFold(f.Name, name) }) ||
			slices.ContainsFunc(c.removed, func(n string) bool { return strings.EqualFold(n, name) })
	}
	add := func(name, value string) {
		if !hasOwn(name) && !r.has(name) {
			r.addHeader(name, value)
		}
	}
	if c.bearer != nil {
		add("Authorization", "Bearer "+*c.bearer)
	}
	if c.agent != nil {
		add("User-Agent", *c.agent)
	}
	if c.json {
		add("Content-Type", "application/json")
		add("Accept", "application/json")
	}
	add("Accept", "*/*")
	if c.compressed {
		add("Accept-Encoding", "deflate, gzip, br, zstd")
		r.note("responses are not decoded")
	}
	if c.referer != nil {
		add("Referer", *c.referer)
	}
	if len(c.cookies) > 0 {
		add("Cookie", strings.Join(c.cookies, ";"))
	}
	for _, f := range given {
		r.addHeader(f.Name, f.Value)
	}
	c.setContent(add)
	if r.Certificate != "" && r.Key == "" {
		r.Key = r.Certificate // one file may have both
	}
	switch {
	case c.method != "":
		r.Method = c.method
	case c.head:
		r.Method = "HEAD"
	case c.upload:
		r.Method = "PUT"
	}
}

// setContent sets the body, unless -G makes it a part of the URL.
func (c *curlCommand) setContent(add func(name, value string)) {
	r := &c.r
	hasData := c.data != nil || c.dataFile != ""
	switch {
	case c.get || c.head && !hasData && r.Parts == nil:
	case len(c.data) == 0 && c.dataFile != "":
		r.BodyFile = c.dataFile
	case hasData:
		r.Body = joinData(c.data)
	}
	if hasData && !c.get && !c.upload {
		add("Content-Type", "application/x-www-form-urlencoded")
	}
}

// joinData joins the data of several flags.
func joinData(data [][]byte) []byte {
	joined := []byte{}
	for i, piece := range data {
		if i > 0 {
			joined = append(joined, '&')
		}
		joined = append(joined, piece...)
	}
	return joined
}

// setURL sets the URL of a request as curl reads it: http unless there is a
// scheme, and without user and password.
func (c *curlCommand) setURL(r *Request, u word) error {
	text := u.text
	if strings.HasPrefix(text, variableStart) { // it may be any part of the URL
		r.URL = c.withQuery(text)
		return nil
	}
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	scheme, rest, _ := strings.Cut(text, "://")
	scheme = strings.ToLower(scheme)
	if scheme != "http" && scheme != "https" {
		return errorAt(c.text, u.offset, "must be a URL of http or https; got %s", scheme)
	}
	rest, _, _ = strings.Cut(rest, "#")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, target := rest[:end], rest[end:]
	if user, host, found := cutLast(authority, "@"); found {
		if err := c.setUser(r, user, u); err != nil {
			return err
		}
		authority = host
	}
	switch {
	case authority == "":
		return errorAt(c.text, u.offset, "has no host")
	case strings.ContainsAny(rest, " \t\r\n"):
		return errorAt(c.text, u.offset, "must have no spaces; curl refuses them too")
	case !c.noGlob && strings.ContainsAny(target, "{}[]"):
		return errorAt(c.text, u.offset, "is a pattern for several URLs of curl; give each by itself, or -g")
	}
	target = c.withQuery(target)
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	r.URL = scheme + "://" + authority + target
	return nil
}

// withQuery returns a URL with the data that -G makes its query.
func (c *curlCommand) withQuery(target string) string {
	if !c.get || c.data == nil {
		return target
	}
	separator := "?"
	if strings.Contains(target, "?") {
		separator = "&"
	}
	return target + separator + string(joinData(c.data))
}

// setUser sets the user of a URL, unless -u has set one.
func (c *curlCommand) setUser(r *Request, userinfo string, at word) error {
	if r.HasUser {
		return nil
	}
	user, password, _ := strings.Cut(userinfo, ":")
	var err1, err2 error
	r.User, err1 = url.PathUnescape(user)
	r.Password, err2 = url.PathUnescape(password)
	if r.HasUser = true; err1 != nil || err2 != nil {
		return errorAt(c.text, at.offset, "has a user that cannot be read")
	}
	return nil
}

// cutLast cuts a text at the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return "", text, false
	}
	return text[:i], text[i+len(separator):], true
}
