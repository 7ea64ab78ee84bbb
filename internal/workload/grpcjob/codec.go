package grpcjob

import (
	"encoding/binary"

	"google.golang.org/grpc/mem"
)

// codec passes encoded messages through: jobs send bytes, and decode only
// responses that they judge.
type codec struct{}

// Name returns the subtype of application/grpc.
func (codec) Name() string { return "proto" }

// Marshal returns the bytes of an *encoded.
func (codec) Marshal(message any) (mem.BufferSlice, error) { return message.(*encoded).buffers, nil }

// Unmarshal notes the size of a message in a *received, and keeps its bytes if
// they are wanted.
func (codec) Unmarshal(data mem.BufferSlice, message any) error {
	r := message.(*received)
	r.size = data.Len()
	if r.keep {
		r.content = data.Materialize()
	}
	return nil
}

// encoded is a message that is sent. It does not change, so jobs may share it.
type encoded struct {
	framed  []byte // with its prefix
	buffers mem.BufferSlice
	size    int64
}

// newEncoded returns the message with the given content.
func newEncoded(content []byte) *encoded {
	framed := binary.BigEndian.AppendUint32(make([]byte, 1, messagePrefix+len(content)), uint32(len(content)))
	framed = append(framed, content...)
	return &encoded{framed, mem.BufferSlice{mem.SliceBuffer(framed[messagePrefix:])}, int64(len(content))}
}

// received is a message that was received.
type received struct {
	keep    bool // the content, not only the size
	size    int
	content []byte
}
