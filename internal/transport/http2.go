package transport

import (
	"net/http"
	"net/url"
)

func http2Request(method string, u *url.URL, host string, header http.Header, body []byte) *http.Request {
	return nil
}
