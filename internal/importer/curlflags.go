package importer

import (
	"slices"
	"strings"
)

// A curlFlag is a flag of curl that import knows.
type curlFlag struct {
	long, short string
	value       bool // it has one
	apply       func(c *curlCommand, value word) error
}

// readFlags reads the words after curl, as curl does.
func (c *curlCommand) readFlags(words []word) error {
	for len(words) > 0 {
		w := words[0]
		words = words[1:]
		var err error
		switch {
		case strings.HasPrefix(w.text, "--") && len(w.text) > 2:
			words, err = c.readLong(w, words)
		case strings.HasPrefix(w.text, "-") && len(w.text) > 1 && w.text != "--":
			words, err = c.readShort(w, words)
		case w.text != "--":
			c.urls = append(c.urls, w)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// readLong reads a flag such as --header. It returns the words that are left.
func (c *curlCommand) readLong(w word, words []word) ([]word, error) {
	name := strings.TrimPrefix(w.text, "--")
	i := slices.IndexFunc(curlFlags, func(f curlFlag) bool { return f.long == name })
	if i < 0 {
		return nil, errorAt(c.text, w.offset, "%s is no flag that can be imported", w.text)
	}
	f := curlFlags[i]
	if !f.value {
		return words, f.use(c, w)
	}
	if len(words) == 0 {
		return nil, errorAt(c.text, w.offset, "%s needs a value", w.text)
	}
	return words[1:], f.use(c, words[0])
}

// readShort reads flags such as -sSL or -XPOST. It returns the words that are left.
func (c *curlCommand) readShort(w word, words []word) ([]word, error) {
	for rest := w.text[1:]; rest != ""; {
		name := rest[:1]
		rest = rest[1:]
		i := slices.IndexFunc(curlFlags, func(f curlFlag) bool { return f.short == name })
		if i < 0 {
			return nil, errorAt(c.text, w.offset, "-%s is no flag that can be imported", name)
		}
		f := curlFlags[i]
		if !f.value {
			if err := f.use(c, w); err != nil {
				return nil, err
			}
			continue
		}
		value := word{rest, w.offset + len(w.text) - len(rest)}
		if rest == "" {
			if len(words) == 0 {
				return nil, errorAt(c.text, w.offset, "-%s needs a value", name)
			}
			value, words = words[0], words[1:]
		}
		return words, f.use(c, value)
	}
	return words, nil
}

// use applies a flag. Those that change nothing of the request have no apply.
func (f curlFlag) use(c *curlCommand, value word) error {
	if f.apply == nil {
		return nil
	}
	return f.apply(c, value)
}

// curlFlags are the flags that import knows.
var curlFlags = []curlFlag{
	{"request", "X", true, func(c *curlCommand, v word) error { c.method = v.text; return nil }},
	{"header", "H", true, (*curlCommand).addHeaderLine},
	{"data", "d", true, (*curlCommand).addData},
	{"data-ascii", "", true, (*curlCommand).addData},
	{"data-binary", "", true, (*curlCommand).addBinary},
	{"data-raw", "", true, (*curlCommand).addRaw},
	{"data-urlencode", "", true, (*curlCommand).addEncoded},
	{"json", "", true, func(c *curlCommand, v word) error { c.json = true; return c.addJSON(v) }},
	{"form", "F", true, (*curlCommand).addPart},
	{"form-string", "", true, (*curlCommand).addPartString},
	{"upload-file", "T", true, (*curlCommand).setUpload},
	{"user", "u", true, (*curlCommand).setUserFlag},
	{"basic", "", false, nil},
	{"oauth2-bearer", "", true, func(c *curlCommand, v word) error { c.bearer = &v.text; return nil }},
	{"cookie", "b", true, (*curlCommand).addCookie},
	{"cookie-jar", "c", true, ignored("cookies are not kept")},
	{"user-agent", "A", true, func(c *curlCommand, v word) error { c.agent = &v.text; return nil }},
	{"referer", "e", true, (*curlCommand).setReferer},
	{"get", "G", false, func(c *curlCommand, _ word) error { c.get = true; return nil }},
	{"head", "I", false, func(c *curlCommand, _ word) error { c.head = true; return nil }},
	{"location", "L", false, (*curlCommand).setRedirects},
	{"location-trusted", "", false, (*curlCommand).setRedirects},
	{"max-redirs", "", true, (*curlCommand).setMaxRedirects},
	{"insecure", "k", false, func(c *curlCommand, _ word) error { c.r.Insecure = true; return nil }},
	{"cacert", "", true, func(c *curlCommand, v word) (err error) { c.r.CA, err = c.readText(v); return err }},
	{"cert", "E", true, func(c *curlCommand, v word) (err error) { c.r.Certificate, err = c.readText(v); return err }},
	{"key", "", true, func(c *curlCommand, v word) (err error) { c.r.Key, err = c.readText(v); return err }},
	{"compressed", "", false, func(c *curlCommand, _ word) error { c.compressed = true; return nil }},
	{"globoff", "g", false, func(c *curlCommand, _ word) error { c.noGlob = true; return nil }},
	{"max-time", "m", true, (*curlCommand).setTimeout},
	{"connect-timeout", "", true, ignored("a connection may take as long as a request: no --connect-timeout")},
	{"http2", "", false, func(c *curlCommand, _ word) error { c.r.HTTP2 = true; return nil }},
	{"http2-prior-knowledge", "", false, func(c *curlCommand, _ word) error { c.r.HTTP2 = true; return nil }},
	{"http1.1", "", false, nil},
	{"connect-to", "", true, (*curlCommand).addConnectTo},
	{"resolve", "", true, (*curlCommand).addResolve},
	{"unix-socket", "", true, func(c *curlCommand, v word) error { c.r.UnixSocket = v.text; return nil }},
	{"url", "", true, func(c *curlCommand, v word) error { c.urls = append(c.urls, v); return nil }},
	{"retry", "", true, ignored("a request is not repeated when it fails: --retry is left out")},
	{"retry-delay", "", true, nil},
	{"retry-max-time", "", true, nil},
	{"limit-rate", "", true, ignored("the speed is not limited: --limit-rate is left out")},
	{"no-buffer", "N", false, nil},
	{"output", "o", true, nil},
	{"remote-name", "O", false, nil},
	{"dump-header", "D", true, nil},
	{"write-out", "w", true, nil},
	{"silent", "s", false, nil},
	{"show-error", "S", false, nil},
	{"fail", "f", false, nil},
	{"fail-with-body", "", false, nil},
	{"include", "i", false, nil},
	{"verbose", "v", false, nil},
	{"progress-bar", "#", false, nil},
	{"no-progress-meter", "", false, nil},
	{"ipv4", "4", false, nil},
	{"ipv6", "6", false, nil},
	{"path-as-is", "", false, nil},
	{"disable", "q", false, nil},
}

// ignored returns what notes a flag that has no counterpart.
func ignored(note string) func(*curlCommand, word) error {
	return func(c *curlCommand, _ word) error {
		c.r.note("%s", note)
		return nil
	}
}
