package httpclient

import (
	"context"
	"crypto/tls"
)

// secure negotiates TLS on a connection if the target wants it.
func (c *Client) secure(ctx context.Context, t *target, made *conn, phases *Phases) error {
	if !t.secure {
		return nil
	}
	config := &tls.Config{}
	if c.options.TLS != nil {
		config = c.options.TLS.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = t.host
	}
	config.NextProtos = []string{c.protocol()}
	config.ClientSessionCache = c.sessions
	start := now()
	if err := made.guard.enter(ctx, start); err != nil {
		return classify(ctx, ClassTLS, "agreeing on TLS with "+t.host, err)
	}
	var below *recordConn
	var secured *tls.Conn
	if c.options.HTTP2 {
		config.DynamicRecordSizingDisabled = true // one record for the frames of many requests
		secured = tls.Client(newHTTP2Wire(made.socket.socket), config)
	} else {
		below = newRecordConn(made)
		secured = tls.Client(below, config)
	}
	err := secured.HandshakeContext(context.Background()) // the guard ends it
	phases.TLS += now() - start
	if err != nil {
		return classify(ctx, ClassTLS, "agreeing on TLS with "+t.host, err)
	}
	state := secured.ConnectionState()
	made.resumed = state.DidResume
	if c.options.HTTP2 {
		made.stream = secured
		if agreed := state.NegotiatedProtocol; agreed != "h2" {
			return failf(ClassProtocol, "%s does not speak HTTP/2: it chose %q", t.host, agreed)
		}
		return nil
	}
	made.startTLS(&secureStream{secured, below})
	return nil
}

// protocol returns the protocol to negotiate.
func (c *Client) protocol() string {
	if c.options.HTTP2 {
		return "h2"
	}
	return "http/1.1"
}
