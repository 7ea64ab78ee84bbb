//go:build !unix

package httpclient

import "syscall"

// rawForHTTP2 returns nil: a socket cannot be written without blocking here.
func rawForHTTP2(syscall.Conn) syscall.RawConn { return nil }

func (w *http2Wire) readRaw(p []byte) (int, error) { return w.Conn.Read(p) }

func (w *http2Wire) stepRead(uintptr) bool { return true }

func (w *http2Wire) stepWrite(uintptr) {}
