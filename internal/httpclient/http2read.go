package httpclient

import (
	"encoding/binary"
	"time"

	"golang.org/x/net/http2"
)

// A frame is a frame as it was received.
type frame struct {
	kind    http2.FrameType
	flags   http2.Flags
	id      uint32
	content []byte // valid until the next read
}

func (f *frame) has(flag http2.Flags) bool { return f.flags&flag != 0 }

// http2Data is the DATA frame that is being received. It may be longer than the
// input's buffer.
type http2Data struct {
	stream *http2Stream // nil if the stream has ended
	id     uint32
	length int // with the padding
	left   int // bytes of the body and the padding
	pad    int // bytes of the padding
	ends   bool
}

// process processes the frames that have arrived completely, and what is there
// of a body. The caller holds mu and reads for all.
func (c *http2Conn) process(moment time.Duration) error {
	for {
		if c.data.left > 0 {
			if err := c.takeData(moment); err != nil || c.data.left > 0 {
				return err
			}
			continue
		}
		in := c.in.buffered()
		if len(in) < frameHeader {
			return nil
		}
		length := int(in[0])<<16 | int(in[1])<<8 | int(in[2])
		f := frame{http2.FrameType(in[3]), http2.Flags(in[4]), binary.BigEndian.Uint32(in[5:]) & maxStreamID, nil}
		if !c.settled && f.kind != http2.FrameSettings {
			return errNoHTTP2
		}
		if length > maxFrame {
			return violation(http2.ErrCodeFrameSize, "the server sends a frame of %d bytes; the most are %d",
				length, maxFrame)
		}
		if c.head.id != 0 && (f.kind != http2.FrameContinuation || f.id != c.head.id) {
			return violation(http2.ErrCodeProtocol, "the server sends a %v frame within a head", f.kind)
		}
		if f.kind == http2.FrameData {
			complete, err := c.beginData(&f, length, in, moment)
			if err != nil || !complete {
				return err
			}
			continue
		}
		if len(in) < frameHeader+length {
			return nil
		}
		f.content = in[frameHeader : frameHeader+length]
		c.in.r += frameHeader + length
		if err := c.handle(&f, moment); err != nil {
			return err
		}
	}
}

// handle handles a frame other than DATA (RFC 9113, 6).
func (c *http2Conn) handle(f *frame, moment time.Duration) error {
	switch f.kind {
	case http2.FrameHeaders:
		return c.onHeaders(f, moment)
	case http2.FrameContinuation:
		return c.onContinuation(f, moment)
	case http2.FrameRSTStream:
		return c.onReset(f)
	case http2.FrameSettings:
		return c.onSettings(f)
	case http2.FramePing:
		return c.onPing(f)
	case http2.FrameGoAway:
		return c.onGoAway(f)
	case http2.FrameWindowUpdate:
		if len(f.content) != 4 {
			return wrongSize(f)
		}
		return c.extend(f.id, int64(binary.BigEndian.Uint32(f.content)&maxWindow))
	case http2.FramePushPromise:
		return violation(http2.ErrCodeProtocol, "the server pushes, which the client's settings forbid")
	}
	return nil // priorities, and what extensions define
}

// wrongSize returns the error of a frame whose length its kind does not have.
func wrongSize(f *frame) error {
	return violation(http2.ErrCodeFrameSize, "the server sends a %v frame of %d bytes", f.kind, len(f.content))
}

// checkClosed returns an error unless the stream with a number has been open: a
// frame for a stream that has ended is ignored, because it may have been on its
// way.
func (c *http2Conn) checkClosed(id uint32) error {
	if id&1 == 1 && id <= c.streams.lastID {
		return nil
	}
	return violation(http2.ErrCodeProtocol, "the server sends a frame for the stream %d, which was not opened", id)
}

// beginData begins a DATA frame. It reports false if its start has not arrived
// completely.
func (c *http2Conn) beginData(f *frame, length int, in []byte, moment time.Duration) (complete bool, err error) {
	head, pad := frameHeader, 0
	if f.has(http2.FlagDataPadded) {
		switch head++; {
		case length == 0:
			return false, violation(http2.ErrCodeFrameSize, "the server sends a padded frame without padding")
		case len(in) < head:
			return false, nil
		}
		if pad = int(in[frameHeader]); pad >= length {
			return false, violation(http2.ErrCodeProtocol, "the server sends a frame with more padding than content")
		}
	}
	c.in.r += head
	s := c.streams.find(f.id)
	if s == nil {
		if err := c.checkClosed(f.id); err != nil {
			return false, err
		}
	}
	c.data = http2Data{stream: s, id: f.id, length: length, left: length - (head - frameHeader), pad: pad,
		ends: f.has(http2.FlagDataEndStream)}
	if c.received += int64(length); c.received > connWindow {
		return false, violation(http2.ErrCodeFlowControl, "the server sends more than the connection's window")
	}
	if s != nil {
		s.response.Received += int64(frameHeader + length)
		s.unrefreshed += int64(length)
		switch {
		case s.unrefreshed > streamWindow:
			c.abandon(s, http2.ErrCodeFlowControl,
				violation(http2.ErrCodeFlowControl, "the server sends more than the stream's window"))
		case !s.headRead:
			c.abandon(s, http2.ErrCodeProtocol,
				violation(http2.ErrCodeProtocol, "the server sends a body before its head"))
		case s.request.toHEAD && c.data.left > pad:
			c.abandon(s, http2.ErrCodeProtocol, violation(http2.ErrCodeProtocol, "the answer to HEAD has a body"))
		}
	}
	if c.data.left == 0 {
		c.endData(moment)
	}
	return true, nil
}

// takeData takes what has arrived of a DATA frame.
func (c *http2Conn) takeData(moment time.Duration) error {
	in := c.in.buffered()
	n := min(len(in), c.data.left)
	if n == 0 {
		return nil
	}
	if body := min(n, c.data.left-c.data.pad); body > 0 && c.data.stream != nil {
		s := c.data.stream
		s.last = moment
		if err := s.take(in[:body]); err != nil {
			c.abandon(s, http2.ErrCodeCancel, err)
		}
	}
	c.in.r += n
	if c.data.left -= n; c.data.left == 0 {
		c.endData(moment)
	}
	return nil
}

// endData ends a DATA frame. It extends the windows once half is used.
func (c *http2Conn) endData(moment time.Duration) {
	if c.received >= connWindow/2 {
		c.appendWindowUpdate(0, c.received)
		c.received = 0
	}
	s := c.data.stream
	c.data.stream = nil
	switch {
	case s == nil:
	case c.data.ends:
		c.complete(s, moment)
	case s.unrefreshed >= streamWindow/2:
		c.appendWindowUpdate(s.id, s.unrefreshed)
		s.unrefreshed = 0
	}
}

// complete ends a stream whose response is there. The server may not have
// wanted the whole request.
func (c *http2Conn) complete(s *http2Stream, moment time.Duration) {
	s.end = moment
	if len(s.rest) > 0 {
		c.appendReset(s.id, http2.ErrCodeNo)
	}
	status := s.response.Status
	if s.declared >= 0 && s.declared != s.response.Length && !s.request.toHEAD && status != 204 && status != 304 {
		c.end(s, failf(ClassBody, "the body of the answer has %d bytes, and its Content-Length is %d",
			s.response.Length, s.declared))
		return
	}
	c.end(s, nil)
}

// onReset ends the stream that the server has reset.
func (c *http2Conn) onReset(f *frame) error {
	if len(f.content) != 4 {
		return wrongSize(f)
	}
	s := c.streams.find(f.id)
	if s == nil {
		return c.checkClosed(f.id)
	}
	code := http2.ErrCode(binary.BigEndian.Uint32(f.content))
	if code == http2.ErrCodeRefusedStream {
		c.end(s, &refusedError{"it reset the stream"})
	} else {
		c.end(s, &resetError{code})
	}
	return nil
}

// onSettings applies the server's settings and confirms them.
func (c *http2Conn) onSettings(f *frame) error {
	switch {
	case f.id != 0:
		return violation(http2.ErrCodeProtocol, "the server sends settings for the stream %d", f.id)
	case f.has(http2.FlagSettingsAck):
		if len(f.content) > 0 {
			return wrongSize(f)
		}
		return nil
	case len(f.content)%6 != 0:
		return wrongSize(f)
	}
	for setting := f.content; len(setting) > 0; setting = setting[6:] {
		value := binary.BigEndian.Uint32(setting[2:])
		if err := c.apply(http2.SettingID(binary.BigEndian.Uint16(setting)), value); err != nil {
			return err
		}
	}
	c.settled = true
	c.pending = appendFrame(c.pending, 0, http2.FrameSettings, http2.FlagSettingsAck, 0)
	return c.checkBacklog()
}

// apply applies a setting (RFC 9113, 6.5.2).
func (c *http2Conn) apply(id http2.SettingID, value uint32) error {
	if err := (http2.Setting{ID: id, Val: value}).Valid(); err != nil {
		return violation(http2.ErrCodeProtocol, "the server's setting %v cannot be %d", id, value)
	}
	switch id {
	case http2.SettingHeaderTableSize:
		c.encoder.Limit(value)
		c.repeated = nil
	case http2.SettingMaxConcurrentStreams:
		c.allowed.Store(min(value, maxStreams))
	case http2.SettingInitialWindowSize:
		return c.resize(int64(value))
	case http2.SettingMaxFrameSize:
		c.uploads.frame = min(int(value), maxPending)
	case http2.SettingMaxHeaderListSize:
		c.maxList = int64(value)
	}
	return nil
}

// onPing answers a ping.
func (c *http2Conn) onPing(f *frame) error {
	switch {
	case len(f.content) != 8:
		return wrongSize(f)
	case f.id != 0:
		return violation(http2.ErrCodeProtocol, "the server sends a ping for the stream %d", f.id)
	case f.has(http2.FlagPingAck):
		return nil
	}
	c.appendPing(http2.FlagPingAck, f.content)
	return c.checkBacklog()
}

// checkBacklog returns an error if the server does not read the answers to the
// frames that it sends, which would take any memory.
func (c *http2Conn) checkBacklog() error {
	if n, full := c.wire.backlog(); full && n > maxBacklog {
		return violation(http2.ErrCodeEnhanceYourCalm, "the server sends frames and does not read the answers")
	}
	return nil
}

// onGoAway ends the streams that the server will not process, and lets the
// others continue (RFC 9113, 6.8).
func (c *http2Conn) onGoAway(f *frame) error {
	if len(f.content) < 8 {
		return wrongSize(f)
	}
	if f.id != 0 {
		return violation(http2.ErrCodeProtocol, "the server sends GOAWAY for the stream %d", f.id)
	}
	c.refuseFurther()
	last := binary.BigEndian.Uint32(f.content) & maxStreamID
	for i := len(c.streams.active) - 1; i >= 0; i-- { // ending one moves only a later one
		if s := c.streams.active[i]; s.id > last {
			code := http2.ErrCode(binary.BigEndian.Uint32(f.content[4:]))
			c.end(s, &refusedError{"it ends the connection with " + code.String()})
		}
	}
	return nil
}
