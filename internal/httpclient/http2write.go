package httpclient

import (
	"encoding/binary"
	"time"

	"golang.org/x/net/http2"
)

// maxPending is how many bytes of bodies are queued at once.
const maxPending = 64 << 10

// flush sends what is pending.
func (c *http2Conn) flush() {
	c.mu.Lock()
	c.writePending()
	c.mu.Unlock()
}

// resume sends more after the socket was full.
func (c *http2Conn) resume() { c.flush() }

// writePending sends what is pending, and bodies as far as the windows and the
// socket take them. The caller holds mu, which writePending releases meanwhile.
func (c *http2Conn) writePending() {
	for {
		c.pump()
		if !c.queuePending() {
			return
		}
		more := c.uploads.ready()
		c.mu.Unlock()
		c.wire.flush()
		c.mu.Lock()
		if !more {
			return
		}
	}
}

// queuePending hands what is pending to the wire. It reports whether there was
// anything. The caller holds mu.
func (c *http2Conn) queuePending() bool {
	c.flushing = false
	if len(c.pending) == 0 {
		return false
	}
	_, _ = c.stream.Write(c.pending) // the reader gets the error too
	c.pending = c.pending[:0]
	if cap(c.pending) > 2*maxPending {
		c.pending = nil
	}
	c.unsent, c.sentID = 0, c.streams.lastID
	return true
}

// appendRequest queues the head of a request, and its body to be sent as far as
// the server takes it. The caller holds mu.
func (c *http2Conn) appendRequest(s *http2Stream, start time.Duration) {
	block := c.block
	if fields := s.request.http2.http2Fields; c.repeated != fields {
		lasting := false
		block, lasting = c.encoder.AppendBlock(block[:0], fields.list)
		c.block, c.repeated = block, nil
		if lasting {
			c.repeated = fields
		}
	}
	block = append(block, s.request.http2.own...) // beyond what c.block has
	before := len(c.pending)
	flags := http2.Flags(0)
	if len(s.rest) == 0 {
		flags = http2.FlagHeadersEndStream
	}
	for kind := http2.FrameHeaders; ; kind, flags = http2.FrameContinuation, 0 {
		part := block[:min(len(block), c.uploads.frame)]
		block = block[len(part):]
		if len(block) == 0 {
			flags |= http2.FlagHeadersEndHeaders
		}
		c.pending = append(appendFrame(c.pending, len(part), kind, flags, s.id), part...)
		if len(block) == 0 {
			break
		}
	}
	s.response.Sent += int64(len(c.pending) - before)
	c.beginUpload(s, start)
}

// appendSettings queues the client's settings and the window of the connection.
func (c *http2Conn) appendSettings() {
	settings := []http2.Setting{
		{ID: http2.SettingEnablePush, Val: 0},
		{ID: http2.SettingInitialWindowSize, Val: streamWindow},
		{ID: http2.SettingMaxHeaderListSize, Val: maxHead},
	}
	c.pending = appendFrame(c.pending, 6*len(settings), http2.FrameSettings, 0, 0)
	for _, setting := range settings {
		c.pending = binary.BigEndian.AppendUint16(c.pending, uint16(setting.ID))
		c.pending = binary.BigEndian.AppendUint32(c.pending, setting.Val)
	}
	c.appendWindowUpdate(0, connWindow-smallWindow)
}

// appendWindowUpdate queues an extension of the window of a stream, or with 0
// of the connection.
func (c *http2Conn) appendWindowUpdate(id uint32, n int64) {
	c.pending = appendFrame(c.pending, 4, http2.FrameWindowUpdate, 0, id)
	c.pending = binary.BigEndian.AppendUint32(c.pending, uint32(n))
}

// appendReset queues the end of a stream.
func (c *http2Conn) appendReset(id uint32, code http2.ErrCode) {
	c.pending = appendFrame(c.pending, 4, http2.FrameRSTStream, 0, id)
	c.pending = binary.BigEndian.AppendUint32(c.pending, uint32(code))
}

// appendGoAway queues the end of the connection. The server has begun no
// streams.
func (c *http2Conn) appendGoAway(code http2.ErrCode) {
	c.pending = appendFrame(c.pending, 8, http2.FrameGoAway, 0, 0)
	c.pending = binary.BigEndian.AppendUint32(c.pending, 0)
	c.pending = binary.BigEndian.AppendUint32(c.pending, uint32(code))
}

// appendPing queues a ping, or the answer to one.
func (c *http2Conn) appendPing(flags http2.Flags, data []byte) {
	c.pending = append(appendFrame(c.pending, 8, http2.FramePing, flags, 0), data...)
}
