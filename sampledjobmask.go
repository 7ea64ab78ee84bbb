package aurea

import (
	"regexp"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
)

var (
	// jsonMember matches a member of JSON with its value, which may be cut off.
	jsonMember = lazyregexp.New(`("((?:[^"\\]|\\.){1,100})"\s*:\s*)` +
		`("(?:[^"\\]|\\.)*(?:"|\\?$)|-?[0-9][0-9.eE+-]*|\[[^\]]*\]?|\{[^{}]*\}?)`)
	// quotedMember matches a member of JSON that is a text within JSON.
	quotedMember = lazyregexp.New(`(\\+"([^"\\]{1,100})\\+"\s*:\s*\\+")([^"\\]*)`)
	// textParameter matches a parameter of a URL or a form in any text.
	textParameter = lazyregexp.New(`((?:^|[?&;,{(>\s"'])([^=&;,#\s"'<>]{1,100})=)([^&;#\s"'<>]+)`)
	// quotedParameter matches a parameter with a quoted value, such as that of a
	// header or of HTML.
	quotedParameter = lazyregexp.New(`((?:^|[,;\s])([\w.-]{1,100})=")([^"]*)`)
	// multipartMember matches a part of a multipart body, up to the next boundary.
	multipartMember = lazyregexp.New(`(?is)(content-disposition:[^\r\n]*\bname="([^"\r\n]{1,100})".*?\r?\n\r?\n)` +
		`(.*?)(\r?\n--|$)`)
)

// Mask returns the exchange with its secrets masked: the named ones, and what the
// names of headers, and of members in URLs, forms and JSON, tell to be one.
func (e Exchange) Mask(secrets Secrets) Exchange {
	e.URL = secrets.MaskText(e.URL)
	e.Error = secrets.MaskText(e.Error)
	e.Request = e.Request.mask(secrets)
	if e.Response != nil {
		response := *e.Response
		response.SampledMessage = response.mask(secrets)
		e.Response = &response
	}
	return e
}

// MaskText returns a text that may quote a URL with Masked in place of each value,
// and of passwords and secret parameters in URLs.
func (s Secrets) MaskText(text string) string {
	masked, _ := maskURL(s.Mask(text), "", func(string, string) string { return Masked })
	return masked
}

func (m SampledMessage) mask(secrets Secrets) SampledMessage {
	headers := make([]string, len(m.Headers))
	for i, field := range m.Headers {
		headers[i] = maskField(field, secrets)
	}
	m.Headers = headers
	m.Body = m.maskBody(secrets)
	return m
}

// maskField masks a line of a header.
func maskField(field string, secrets Secrets) string {
	name, value, found := strings.Cut(field, ":")
	if found && secretName().MatchString(name) && !harmlessName().MatchString(name) {
		return name + ": " + Masked
	}
	return name + field[len(name):len(field)-len(value)] +
		maskParameters(secrets.MaskText(value))
}

// maskParameters masks parameters of URLs and forms, wherever they stand.
func maskParameters(text string) string {
	return maskMembers(quotedParameter(), maskMembers(textParameter(), text, Masked), Masked)
}

// maskBody masks a body. A secret that the end of the body cuts off is masked, too.
func (m SampledMessage) maskBody(secrets Secrets) string {
	const ellipsis = "…"
	body := m.Body
	if m.Cut {
		body += ellipsis
	}
	body = secrets.MaskText(body)
	if m.Cut {
		body = strings.TrimSuffix(body, ellipsis)
	}
	body = maskMembers(jsonMember(), body, `"`+Masked+`"`)
	body = maskMembers(multipartMember(), body, Masked)
	body = maskMembers(quotedMember(), body, Masked)
	return maskParameters(body)
}

// maskMembers masks what a pattern finds behind names that tell a secret. The
// groups of the pattern are all that is before the value, the name, the value, and
// what follows.
func maskMembers(pattern *regexp.Regexp, text, mask string) string {
	return pattern.ReplaceAllStringFunc(text, func(part string) string {
		pieces := pattern.FindStringSubmatch(part)
		if !secretName().MatchString(pieces[2]) {
			return part
		}
		return pieces[1] + mask + strings.Join(pieces[4:], "")
	})
}
