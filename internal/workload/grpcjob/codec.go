package grpcjob

import (
	"time"

	"google.golang.org/grpc/mem"
)

// codec passes encoded messages through: jobs send bytes, and decode only
// responses that they judge.
type codec struct{}

// Name returns the subtype of application/grpc.
func (codec) Name() string { return "proto" }

// Marshal returns the bytes of an *encoded, or of the request of a *unaryCall.
func (codec) Marshal(message any) (mem.BufferSlice, error) {
	if call, ok := message.(*unaryCall); ok {
		call.began = time.Now()
		return call.request.buffers, nil
	}
	return message.(*encoded).buffers, nil
}

// Unmarshal notes the size of a message in a *received, or in the response of a
// *unaryCall, and keeps its bytes if they are wanted.
func (codec) Unmarshal(data mem.BufferSlice, message any) error {
	r, ok := message.(*received)
	if !ok {
		call := message.(*unaryCall)
		call.answered = time.Now()
		r = &call.response
	}
	r.size = data.Len()
	if r.keep {
		r.content = data.Materialize()
	}
	return nil
}

// A unaryCall is the request and the response of a unary call. grpc encodes the
// request when the call has begun on its connection, which shows how long that
// took.
type unaryCall struct {
	request         *encoded
	response        received
	began, answered time.Time // zero if it has not happened
}

// encoded is a message that is sent. It does not change, so jobs may share it.
type encoded struct {
	buffers mem.BufferSlice
	size    int64
}

func newEncoded(content []byte) *encoded {
	return &encoded{mem.BufferSlice{mem.SliceBuffer(content)}, int64(len(content))}
}

// received is a message that was received.
type received struct {
	keep    bool // the content, not only the size
	size    int
	content []byte
}
