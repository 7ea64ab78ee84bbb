package aurea

import (
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/lazyregexp"
)

var (
	// urlUser matches who asks, in a URL: a user name, and perhaps a password. They
	// reach to the last @ before the path, as net/url reads them.
	urlUser = lazyregexp.New(`(://)((?:\{\{[^{}]*\}\}|[^/?#\s"<>\\])+)@`)
	// urlParameter matches a parameter of a URL or a form.
	urlParameter = lazyregexp.New(`([?&;#])([^=&;#\s]+)=([^&;#\s]*)`)
)

// maskURL replaces passwords, user names without one, which may be tokens, and
// secret parameters in the URLs of a text. It returns the text and whether it has
// changed.
func maskURL(text, at string, replace func(at, secret string) string) (string, bool) {
	if !strings.Contains(text, "://") {
		return text, false
	}
	masked := urlUser().ReplaceAllStringFunc(text, func(part string) string {
		pieces := urlUser().FindStringSubmatch(part)
		user, password, _ := strings.Cut(pieces[2], ":")
		if password == "" {
			return pieces[1] + replace(at, user) + strings.TrimPrefix(part, pieces[1]+user)
		}
		return pieces[1] + user + ":" + replace(at, password) + "@"
	})
	masked = urlParameter().ReplaceAllStringFunc(masked, func(part string) string {
		pieces := urlParameter().FindStringSubmatch(part)
		if !secretName().MatchString(pieces[2]) {
			return part
		}
		return pieces[1] + pieces[2] + "=" + replace(at, pieces[3])
	})
	return masked, masked != text
}
