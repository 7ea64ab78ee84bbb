package importer

import (
	"bytes"
	"math"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
)

// readFile reads a file that a flag names.
func (c *curlCommand) readFile(name string, at word) ([]byte, error) {
	if name == "-" || hasVariable(name) {
		return nil, errorAt(c.text, at.offset, "must be the name of a file that can be read here; got %s", inFile(name))
	}
	content, err := c.read(name)
	if err != nil {
		return nil, errorAt(c.text, at.offset, "names a file that cannot be read: %v", err)
	}
	return content, nil
}

func (c *curlCommand) readText(v word) (string, error) {
	content, err := c.readFile(v.text, v)
	return string(content), err
}

// addHeaderLine reads "Name: value", "Name;" for an empty one, and "Name:" for a
// default header that is not sent.
func (c *curlCommand) addHeaderLine(v word) error {
	if strings.HasPrefix(v.text, "@") {
		return errorAt(c.text, v.offset, "is a file of headers; write them out")
	}
	name, value, found := strings.Cut(v.text, ":")
	value = strings.Trim(value, " \t")
	switch bare, empty := strings.CutSuffix(v.text, ";"); {
	case found && value == "":
		if c.removed = append(c.removed, name); strings.EqualFold(name, "User-Agent") {
			c.r.Headers = append(c.r.Headers, Field{name, ""})
		}
	case found:
		c.r.Headers = append(c.r.Headers, Field{strings.TrimSpace(name), value})
	case empty:
		c.r.Headers = append(c.r.Headers, Field{bare, ""})
	default:
		return errorAt(c.text, v.offset, `must be "Name: value"; got %q`, inFile(v.text))
	}
	return nil
}

// addData adds data; that of a file without line breaks and zero bytes.
func (c *curlCommand) addData(v word) error {
	name, isFile := strings.CutPrefix(v.text, "@")
	if !isFile {
		return c.addRaw(v)
	}
	content, err := c.readFile(name, v)
	for _, dropped := range []string{"\r", "\n", "\x00"} {
		content = bytes.ReplaceAll(content, []byte(dropped), nil)
	}
	return c.addBytes(content, err)
}

// addRaw adds data as it is.
func (c *curlCommand) addRaw(v word) error { return c.addBytes([]byte(v.text), nil) }

// addBytes adds data, and what is waiting in a file before it.
func (c *curlCommand) addBytes(data []byte, err error) error {
	if err == nil && c.dataFile != "" {
		var before []byte
		before, err = c.readFile(c.dataFile, word{})
		c.data, c.dataFile = append(c.data, before), ""
	}
	c.data = append(c.data, data)
	return err
}

// addBinary adds data, or a file byte for byte.
func (c *curlCommand) addBinary(v word) error {
	name, isFile := strings.CutPrefix(v.text, "@")
	switch {
	case !isFile:
		return c.addRaw(v)
	case c.data == nil && c.dataFile == "" && !c.get:
		_, err := c.readFile(name, v)
		c.dataFile = name
		return err
	}
	return c.addBytes(c.readFile(name, v))
}

// addJSON adds data without a separator, as --json does.
func (c *curlCommand) addJSON(v word) error {
	data := []byte(v.text)
	if name, isFile := strings.CutPrefix(v.text, "@"); isFile {
		var err error
		if data, err = c.readFile(name, v); err != nil {
			return err
		}
	}
	if n := len(c.data); n > 0 {
		c.data[n-1] = append(c.data[n-1], data...)
		return nil
	}
	return c.addBytes(data, nil)
}

// addEncoded adds content, =content, name=content, @file or name@file.
func (c *curlCommand) addEncoded(v word) error {
	if hasVariable(v.text) {
		return errorAt(c.text, v.offset, "has a variable, which would have to be encoded; write it out")
	}
	i := strings.IndexAny(v.text, "=@")
	name, content := "", []byte(v.text)
	if i >= 0 {
		name, content = v.text[:i], []byte(v.text[i+1:])
		if v.text[i] == '@' {
			var err error
			if content, err = c.readFile(v.text[i+1:], v); err != nil {
				return err
			}
		}
	}
	encoded := url.QueryEscape(string(content))
	if name != "" {
		encoded = name + "=" + encoded
	}
	return c.addBytes([]byte(encoded), nil)
}

func (c *curlCommand) setUpload(v word) error {
	_, err := c.readFile(v.text, v)
	c.upload, c.dataFile = true, v.text
	return err
}

func (c *curlCommand) setUserFlag(v word) error {
	c.r.HasUser = true
	c.r.User, c.r.Password, _ = strings.Cut(v.text, ":")
	return nil
}

// addCookie adds cookies. A text without = is a file of them.
func (c *curlCommand) addCookie(v word) error {
	if !strings.Contains(v.text, "=") && !hasVariable(v.text) {
		return errorAt(c.text, v.offset, "is a file of cookies; write them out, such as -b 'name=value'")
	}
	c.cookies = append(c.cookies, v.text)
	return nil
}

func (c *curlCommand) setReferer(v word) error {
	text := strings.TrimSuffix(v.text, ";auto")
	if text != "" {
		c.referer = &text
	}
	return nil
}

// maxRedirects is how many redirects a job can follow.
const maxRedirects = 20

func (c *curlCommand) setRedirects(word) error {
	if c.r.Redirects == 0 {
		c.r.Redirects = maxRedirects
	}
	return nil
}

func (c *curlCommand) setMaxRedirects(v word) error {
	n, err := strconv.Atoi(v.text)
	if err != nil {
		return errorAt(c.text, v.offset, "must be a number of redirects; got %q", v.text)
	}
	if c.r.Redirects = n; n < 0 || n > maxRedirects {
		c.r.Redirects = maxRedirects
	}
	return nil
}

func (c *curlCommand) setTimeout(v word) error {
	seconds, err := strconv.ParseFloat(v.text, 64)
	if err != nil || !(seconds >= 0.001 && seconds <= 86_400) {
		return errorAt(c.text, v.offset, "must be a number of seconds from 0.001 to 86400; got %q", v.text)
	}
	c.r.Timeout = time.Duration(math.Round(seconds * float64(time.Second))).String()
	return nil
}

// addConnectTo reads HOST1:PORT1:HOST2:PORT2.
func (c *curlCommand) addConnectTo(v word) error {
	hosts := splitHosts(v.text)
	if len(hosts) != 4 || strings.Join(hosts[:2], "") == "" {
		return errorAt(c.text, v.offset, "must be HOST1:PORT1:HOST2:PORT2, with the first two; got %q", v.text)
	}
	for i := range 2 {
		if hosts[i] == "" || hosts[i+2] == "" && i > 0 {
			return errorAt(c.text, v.offset, "must have all hosts and ports written out; got %q", v.text)
		}
	}
	if hosts[2] == "" {
		hosts[2] = hosts[0]
	}
	c.r.ConnectTo = append(c.r.ConnectTo, Field{hosts[0] + ":" + hosts[1], hosts[2] + ":" + hosts[3]})
	return nil
}

// addResolve reads HOST:PORT:ADDRESS, with several addresses between commas.
func (c *curlCommand) addResolve(v word) error {
	text := strings.TrimLeft(v.text, "+")
	host, rest, found := strings.Cut(text, ":")
	port, addresses, both := strings.Cut(rest, ":")
	if !found || !both || host == "*" || strings.HasPrefix(host, "-") {
		return errorAt(c.text, v.offset, "must be HOST:PORT:ADDRESS; got %q", v.text)
	}
	addresses = strings.NewReplacer("[", "", "]", "").Replace(addresses)
	c.r.Resolve = append(c.r.Resolve, Field{host + ":" + port, addresses})
	return nil
}

// splitHosts splits at colons that are not within brackets.
func splitHosts(text string) (parts []string) {
	depth, start := 0, 0
	for i, c := range text {
		switch {
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == ':' && depth == 0:
			parts = append(parts, text[start:i])
			start = i + 1
		}
	}
	return append(parts, text[start:])
}

// addPartString adds a part as it is.
func (c *curlCommand) addPartString(v word) error {
	name, value, found := strings.Cut(v.text, "=")
	if !found {
		return errorAt(c.text, v.offset, "must be name=content; got %q", inFile(v.text))
	}
	c.r.Parts = append(c.r.Parts, Part{Name: name, Value: value})
	return nil
}

// addPart adds name=content, name=@file or name=<file, with ;type= and ;filename=
// behind it.
func (c *curlCommand) addPart(v word) error {
	name, value, found := strings.Cut(v.text, "=")
	if !found {
		return errorAt(c.text, v.offset, "must be name=content or name=@file; got %q", inFile(v.text))
	}
	p := Part{Name: name}
	value, options := cutOptions(value)
	var err error
	switch {
	case strings.HasPrefix(value, "@"):
		p.File, p.HasFilename = value[1:], true
		p.Filename, p.Type = path.Base(p.File), typeOfFile(p.File)
		_, err = c.readFile(p.File, v)
	case strings.HasPrefix(value, "<"):
		p.Value, err = c.readText(word{value[1:], v.offset})
	default:
		p.Value = value
	}
	for _, option := range options {
		key, value, _ := strings.Cut(option, "=")
		switch strings.TrimSpace(key) {
		case "type":
			p.Type = value
		case "filename":
			p.Filename, p.HasFilename = strings.Trim(value, `"`), true
		default:
			return errorAt(c.text, v.offset, "has the option %s, which cannot be imported", key)
		}
	}
	c.r.Parts = append(c.r.Parts, p)
	return err
}

// cutOptions cuts the options behind the content of a part. A content in double
// quotes may have semicolons.
func cutOptions(value string) (content string, options []string) {
	if quoted, ok := strings.CutPrefix(value, `"`); ok {
		if end := closingQuote(quoted); end >= 0 {
			rest := strings.TrimPrefix(quoted[end+1:], ";")
			content = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(quoted[:end])
			if rest == "" {
				return content, nil
			}
			return content, strings.Split(rest, ";")
		}
	}
	parts := strings.Split(value, ";")
	for i := 1; i < len(parts); i++ {
		key, _, found := strings.Cut(strings.TrimSpace(parts[i]), "=")
		if found && (key == "type" || key == "filename" || key == "encoder" || key == "headers") {
			return strings.Join(parts[:i], ";"), parts[i:]
		}
	}
	return value, nil
}

// closingQuote returns the offset of the double quote that no backslash precedes;
// -1 if there is none.
func closingQuote(text string) int {
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// typeOfFile returns the media type that curl gives a file by its name.
func typeOfFile(name string) string {
	for suffix, mediaType := range map[string]string{
		".gif": "image/gif", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".svg": "image/svg+xml",
		".txt": "text/plain", ".htm": "text/html", ".html": "text/html", ".pdf": "application/pdf",
		".xml": "application/xml",
	} {
		if strings.HasSuffix(strings.ToLower(name), suffix) {
			return mediaType
		}
	}
	return "application/octet-stream"
}
